import { createContext, useContext } from "solid-js";
import type { Rule } from "../../backend/types";

/** Opens the automatic answers of a folder, with a rule to be made from this where one is given. */
export type OpenRules = (instance: string, draft?: Rule) => void;

export const RulesContext = createContext<OpenRules>();

/** Opens the automatic answers; undefined where the window has none. */
export function useRules(): OpenRules | undefined {
  return useContext(RulesContext);
}
