import { createContext, useContext } from "solid-js";
import type { Backend } from "./backend";

export const BackendContext = createContext<Backend>();

/** The backend of this window. */
export function useBackend(): Backend {
  const backend = useContext(BackendContext);
  if (!backend) throw new Error("a component that needs the backend is drawn outside of its context");
  return backend;
}
