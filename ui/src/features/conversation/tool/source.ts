import { createContext, useContext } from "solid-js";
import type { SectionRows } from "../../../backend/types";

/** Where the sections of tool calls get what is not here: the core. */
export interface SectionSource {
  /** Rows `from` to `to` (not itself) of a section; null when it has no further rows. */
  rows(part: string, section: number, from: number, to: number): Promise<SectionRows | null>;
  /** A section's whole text, to be copied. */
  text(part: string, section: number): Promise<string | null>;
}

export const SectionContext = createContext<SectionSource>({
  rows: async () => null,
  text: async () => null,
});

/** What a section needs to ask for more of itself. */
export function useSection(part: string, section: number) {
  const source = useContext(SectionContext);
  return {
    part,
    rows: (from: number, to: number) => source.rows(part, section, from, to),
    text: () => source.text(part, section),
  };
}

export interface SectionAccess extends Omit<ReturnType<typeof useSection>, "part"> {
  /** The part of the call; none where it is about a request. */
  part?: string;
}
