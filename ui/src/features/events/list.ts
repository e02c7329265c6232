import { createSignal, onCleanup } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import { type Backend, problemOf } from "../../backend/backend";
import type { EventPage, EventPlace, Problem, SessionRow } from "../../backend/types";

/** The height of a row, in pixels; the style sheet has it as well. */
export const ROW_HEIGHT = 24;
/** How often the list is read again while it can be seen, in milliseconds. */
const READ_MS = 250;
/** How many rows above and below those in view are held. */
const MARGIN = 40;
/** How many rows are asked for before the height of the list is known. */
const FIRST_ROWS = 40;
/** The most ids of sessions that go with a query. */
const SESSIONS = 200;

/** What the person wants to see of the events. */
export interface EventFilter {
  text: string;
  onlyUnknown: boolean;
  hideHeartbeats: boolean;
}

/** Where the list is scrolled to, and how much of it can be seen, in pixels. */
interface View {
  top: number;
  height: number;
}

export const NO_FILTER: EventFilter = { text: "", onlyUnknown: false, hideHeartbeats: false };

/**
 * The events of an instance, read from the core four times a second while the page can be seen; only the rows in view
 * and some around them are held.
 */
export function createEventList(
  backend: Pick<Backend, "readEvents">,
  instance: string,
  sessions: () => Record<string, SessionRow>,
) {
  const [held, setHeld] = createStore<{ page: EventPage | null }>({ page: null });
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const [filter, setFilterSignal] = createSignal<EventFilter>(NO_FILTER);
  const [paused, setPausedSignal] = createSignal(false);
  const [following, setFollowingSignal] = createSignal(true);
  let view: View = { top: 0, height: 0 };
  let scrollTo: (top: number) => void = () => undefined;
  let atEnd: () => boolean = () => true;
  let work: Promise<void> = Promise.resolve();
  let waiting = 0;
  let closed = false;

  const rowsInView = () => (view.height > 0 ? Math.ceil(view.height / ROW_HEIGHT) + 1 : FIRST_ROWS);
  const topRow = () => Math.floor(view.top / ROW_HEIGHT);
  const at = (row: number) => {
    const page = held.page;
    return page ? page.rows[row - page.first] : undefined;
  };
  /** The sessions whose titles have the text: the core knows only their ids. */
  const titled = (text: string) => {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    const rows = Object.values(sessions()).filter((session) => session.title.toLowerCase().includes(wanted));
    return rows.slice(0, SESSIONS).map((session) => session.id);
  };
  /** Without a pause the oldest events go, and rows move up: the event in view then tells where the view is. */
  const place = (): EventPlace => {
    if (following()) return { kind: "end" };
    const first = paused() ? undefined : at(topRow());
    if (first) return { kind: "event", number: first.number, before: Math.min(topRow(), MARGIN) };
    return { kind: "row", row: Math.max(0, topRow() - MARGIN) };
  };

  /** Scrolls no further than it must to show the row. */
  const reveal = (row: number) => {
    const top = row * ROW_HEIGHT;
    if (top < view.top) scrollTo(top);
    else if (top + ROW_HEIGHT > view.top + view.height) scrollTo(top + ROW_HEIGHT - view.height);
  };

  const toEnd = () => scrollTo((held.page?.matching ?? 0) * ROW_HEIGHT);

  const load = async () => {
    const { text, onlyUnknown, hideHeartbeats } = filter();
    const row = topRow();
    try {
      const page = await backend.readEvents(instance, {
        text,
        sessions: titled(text),
        only_unknown: onlyUnknown,
        hide_heartbeats: hideHeartbeats,
        paused: paused(),
        from: place(),
        limit: rowsInView() + 2 * MARGIN,
      });
      if (closed) return;
      // Scrolling is told a frame later: the end is not to be forced on who has just left it.
      if (following() && !atEnd()) setFollowingSignal(false);
      setHeld("page", reconcile(page, { key: "number" }));
      setProblem(null);
      if (following()) toEnd();
      else if (page.anchor !== null && page.anchor !== row) scrollTo(view.top + (page.anchor - row) * ROW_HEIGHT);
    } catch (failure) {
      if (!closed) setProblem(problemOf(failure));
    }
  };
  /** Reads the list. Calls come one after the other. */
  const read = (): Promise<void> => {
    waiting += 1;
    work = work.then(load).finally(() => {
      waiting -= 1;
    });
    return work;
  };

  const timer = setInterval(() => {
    if (waiting === 0 && document.visibilityState !== "hidden") read();
  }, READ_MS);
  onCleanup(() => {
    closed = true;
    clearInterval(timer);
  });
  read();

  const setFollowing = (next: boolean) => {
    if (next === following()) return;
    setFollowingSignal(next);
    if (!next) return;
    toEnd();
    read();
  };

  return {
    page: () => held.page,
    problem,
    filter,
    setFilter: (part: Partial<EventFilter>) => {
      setFilterSignal({ ...filter(), ...part });
      read();
    },
    paused,
    setPaused: (next: boolean) => {
      setPausedSignal(next);
      if (!next) {
        setFollowingSignal(true);
        toEnd();
      }
      read();
    },
    following,
    setFollowing,
    rowsInView,
    reveal,
    toEnd,
    /** Who scrolls the list: told where it should be, and asked whether it is at its end. */
    onScrollTo: (handler: (top: number) => void, isAtEnd: () => boolean) => {
      scrollTo = handler;
      atEnd = isAtEnd;
    },
    /** The list was scrolled, or has another height. */
    look: (next: View) => {
      view = next;
      const page = held.page;
      if (!page || following()) return;
      const last = Math.min(topRow() + rowsInView(), page.matching);
      if ((topRow() < page.first || last > page.first + page.rows.length) && waiting < 2) read();
    },
    /** The number of the event in this row, which is scrolled into view. */
    reach: async (row: number): Promise<number | undefined> => {
      setFollowingSignal(false);
      reveal(row);
      if (!at(row)) await read();
      return at(row)?.number;
    },
  };
}

export type EventList = ReturnType<typeof createEventList>;
