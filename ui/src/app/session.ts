import { createEffect, createSignal, onCleanup, untrack } from "solid-js";
import { createStore, produce } from "solid-js/store";
import { type Backend, problemOf, type Unlisten } from "../backend/backend";
import type { AppView, Problem } from "../backend/types";
import { Feed } from "../mirror/feed";
import { merge } from "../mirror/merge";
import { afterPaint } from "../mirror/paint";

/** A failed call whose place is the window as a whole. */
export interface Failure extends Problem {
  number: number;
}

/** How many failures are shown at once; older ones go. */
const FAILURES = 3;

/** The window's connection with the core: the app's view, and a feed for each opened folder. */
export function createSession(backend: Backend) {
  const [held, setHeld] = createStore<{ view: AppView | null }>({ view: null });
  const [feeds, setFeeds] = createSignal<ReadonlyMap<string, Feed>>(new Map());
  const [dragging, setDragging] = createSignal(false);
  const [quitting, setQuitting] = createSignal<number | null>(null);
  const [failures, setFailures] = createSignal<Failure[]>([]);
  let count = 0;

  const fail = (failure: unknown) => {
    const problem = problemOf(failure);
    const others = failures().filter((known) => known.message !== problem.message);
    count += 1;
    setFailures([...others, { ...problem, number: count }].slice(-FAILURES));
  };
  const report = (failure: unknown) => {
    const problem = problemOf(failure);
    backend.reportError(`${problem.code}: ${problem.message}`).catch(() => undefined);
  };

  const show = (view: AppView) => {
    const known = held.view;
    if (known && view.revision < known.revision) return;
    setHeld(
      produce((draft) => {
        if (draft.view) merge(draft.view, view);
        else draft.view = view;
      }),
    );
  };

  createEffect(() => {
    const ids = held.view?.instances.map((row) => row.id) ?? [];
    untrack(() => {
      const next = new Map<string, Feed>();
      for (const id of ids) {
        const known = feeds().get(id);
        const feed = known ?? new Feed(id, backend, afterPaint, report);
        next.set(id, feed);
        if (!known) feed.watch();
      }
      for (const [id, feed] of feeds()) {
        if (!next.has(id)) feed.close();
      }
      setFeeds(next);
    });
  });

  const unlisten: Unlisten[] = [];
  onCleanup(() => {
    for (const stop of unlisten) stop();
    for (const feed of feeds().values()) feed.close();
  });

  /** Listens first, then asks, so that nothing falls between. */
  const start = async () => {
    try {
      unlisten.push(
        ...(await Promise.all([
          backend.onApp(show),
          backend.onFeed((announcement) => feeds().get(announcement.instance)?.announced(announcement)),
          backend.onDrag(setDragging),
          backend.onQuit(setQuitting),
        ])),
      );
      show(await backend.attach());
    } catch (failure) {
      fail(failure);
    }
  };

  return {
    start,
    view: () => held.view,
    feed: (instance: string) => feeds().get(instance),
    dragging,
    /** In how many folders something works while the person is asked whether to quit; null while they are not. */
    quitting,
    answerQuit: (quit: boolean) => {
      setQuitting(null);
      backend.answerQuit(quit).catch(fail);
    },
    failures,
    fail,
    report,
    dismiss: (number: number) => setFailures(failures().filter((failure) => failure.number !== number)),
    /** Runs a command whose failure is shown at the top of the window. */
    run: (call: Promise<unknown>) => {
      call.catch(fail);
    },
  };
}

export type Session = ReturnType<typeof createSession>;
