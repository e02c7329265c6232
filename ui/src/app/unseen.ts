import { createEffect, createMemo, createSignal, untrack } from "solid-js";
import type { Session } from "./session";

/** Which folders had work end in them while another was looked at. */
export function createUnseen(session: Session) {
  const [unseen, setUnseen] = createSignal<ReadonlySet<string>>(new Set());
  const counts = createMemo(() => {
    const running = new Map<string, number>();
    for (const { id } of session.view()?.instances ?? []) {
      const sessions = Object.values(session.feed(id)?.state?.sessions ?? {});
      running.set(id, sessions.filter(({ state }) => state === "busy" || state === "retry").length);
    }
    return running;
  });
  createEffect<ReadonlyMap<string, number>>((before) => {
    const now = counts();
    const active = session.view()?.active;
    untrack(() => {
      const next = new Set([...unseen()].filter((id) => now.has(id) && id !== active));
      for (const [id, running] of now) {
        if (id !== active && running < (before.get(id) ?? 0)) next.add(id);
      }
      setUnseen(next);
    });
    return now;
  }, new Map());
  return {
    has: (instance: string) => unseen().has(instance),
    running: (instance: string) => counts().get(instance) ?? 0,
  };
}
