import { createContext } from "solid-js";
import type { Backend } from "../../backend/backend";

/** Looks like a path: no spaces, and a separator or an extension. A line and a column may follow. */
const PATH = /^(?=.*[./\\])[\w@+~.\-/\\()[\]]{2,200}(?::\d+){0,2}$/;

/** How long a path that was not there is not asked for again, in milliseconds: the agent may make it. */
const MISSING_MS = 3_000;
/** The most paths in one question. */
const BATCH = 100;
/** How many paths are remembered. */
const KNOWN = 2_000;

/** Marks the paths of files in rendered text, and opens them. */
export interface Paths {
  /** Finds what in `root` names a file of the folder and makes it a link. */
  mark(root: HTMLElement): void;
  open(path: string): void;
}

export const PathsContext = createContext<Paths>();

/** The paths of an instance's folder. */
export function createPaths(backend: Backend, instance: string, onFailure: (failure: unknown) => void): Paths {
  /** Since when a path is known to be there, or not. */
  const known = new Map<string, { there: boolean; at: number }>();
  let waiting = new Map<string, HTMLElement[]>();

  const link = (element: HTMLElement) => {
    element.classList.add("path");
    element.setAttribute("role", "link");
    element.setAttribute("tabindex", "0");
    element.title = "Open file";
  };

  const ask = async () => {
    const asked = [...waiting].slice(0, BATCH);
    waiting = new Map([...waiting].slice(BATCH));
    if (waiting.size > 0) queueMicrotask(ask);
    const there = await backend
      .existingFiles(
        instance,
        asked.map(([path]) => path),
      )
      .catch(() => []);
    if (known.size > KNOWN) known.clear();
    asked.forEach(([path, elements], at) => {
      known.set(path, { there: there[at] === true, at: performance.now() });
      if (there[at]) elements.forEach(link);
    });
  };

  return {
    mark(root) {
      for (const element of root.querySelectorAll<HTMLElement>("code:not(pre code, a code, .path)")) {
        const path = element.textContent ?? "";
        if (!PATH.test(path)) continue;
        const before = known.get(path);
        if (before?.there) link(element);
        if (before && (before.there || performance.now() - before.at < MISSING_MS)) continue;
        if (waiting.size === 0) queueMicrotask(ask);
        waiting.set(path, [...(waiting.get(path) ?? []), element]);
      }
    },
    open(path) {
      backend.openFile(instance, path).catch(onFailure);
    },
  };
}
