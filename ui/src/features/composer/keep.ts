import { createEffect, onCleanup, untrack } from "solid-js";
import type { Drafts } from "./drafts";

/** Brings in the drafts of each opened folder, and lets none wait when the person turns away from the window. */
export function keepDrafts(drafts: Drafts, instances: () => string[], fail: (failure: unknown) => void): void {
  let known: string[] = [];
  createEffect(() => {
    const now = instances();
    untrack(() => {
      for (const instance of known) if (!now.includes(instance)) drafts.forget(instance);
      known = now;
      for (const instance of now) drafts.load(instance).catch(fail);
    });
  });
  const flush = () => {
    drafts.flush();
  };
  const onHidden = () => {
    if (document.visibilityState === "hidden") flush();
  };
  window.addEventListener("blur", flush);
  window.addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", onHidden);
  onCleanup(() => {
    window.removeEventListener("blur", flush);
    window.removeEventListener("pagehide", flush);
    document.removeEventListener("visibilitychange", onHidden);
  });
}
