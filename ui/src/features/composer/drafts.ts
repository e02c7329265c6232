import { createStore, produce } from "solid-js/store";
import type { Problem } from "../../backend/types";

/** What was typed for one session and not sent yet. */
export interface Draft {
  text: string;
  /** It is on its way to the server. */
  sending: boolean;
  /** Why it could not be sent, or the session not stopped. */
  problem: Problem | null;
}

const EMPTY: Draft = { text: "", sending: false, problem: null };

/** The drafts of all sessions, kept while tabs change. */
export function createDrafts() {
  const [drafts, setDrafts] = createStore<Record<string, Draft>>({});
  return {
    of: (key: string): Draft => drafts[key] ?? EMPTY,
    change(key: string, part: Partial<Draft>): void {
      setDrafts(
        produce((all) => {
          const next = { ...(all[key] ?? EMPTY), ...part };
          if (next.text || next.sending || next.problem) all[key] = next;
          else delete all[key];
        }),
      );
    },
  };
}

export type Drafts = ReturnType<typeof createDrafts>;

/** The key of a session's draft; null is the page that invites to a first message. */
export function draftKey(instance: string, session: string | null): string {
  return `${instance}\n${session ?? ""}`;
}
