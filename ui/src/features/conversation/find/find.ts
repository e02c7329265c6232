import { createEffect, createSignal, on, onCleanup } from "solid-js";
import type { FindHit, FindQuery, FindView } from "../../../backend/types";
import type { Reader } from "../reader";
import { mark, partOf, rangeOf, unmark } from "./highlights";
import { type Needle, needleOf } from "./matches";
import { type RowPlace, rowOf, scrolledRows, scrollToRow } from "./rows";

/** How long a place that is not drawn yet is waited for, in milliseconds. */
const DRAWN_LIMIT_MS = 3_000;
/** How far below the view's edge a part stands whose place in it cannot be shown, in pixels. */
const PART_OFFSET = 48;

/** A search in the session that is looked at: the bar's state, going to places, and marking them. */
export function createFind(options: {
  feed: () => number;
  found: () => FindView | null;
  view: () => HTMLElement | undefined;
  reader: Reader;
  query: (query: FindQuery) => void;
  step: (forward: boolean) => void;
  /** The whole text of a section. */
  text: (hit: FindHit) => Promise<string | null>;
}) {
  const [isOpen, setOpen] = createSignal(false);
  const [text, setText] = createSignal("");
  const [matchCase, setMatchCase] = createSignal(false);
  /** Counts up when the field is to have the focus. */
  const [asked, setAsked] = createSignal(0);
  let number = 0;
  let returnTo: Element | null = null;
  /** The place to go to, until it is drawn or nobody waits any more. */
  let wanted: { hit: FindHit; until: number } | null = null;
  /** The row of the place that was gone to, where only the rows in view are drawn; null in it where none was found. */
  let looked: { hit: FindHit; row: RowPlace | null } | null = null;
  let frame = 0;

  /** What was found of what is looked for now. */
  const found = () => {
    const now = options.found();
    return isOpen() && now?.query === number ? now : null;
  };
  const send = () => {
    const near = found()?.at?.message ?? options.reader.lastMessage();
    number += 1;
    wanted = null;
    options.query({ number, text: isOpen() ? text() : "", match_case: matchCase(), near });
  };

  const rowFor = (hit: FindHit | null) =>
    hit && looked && looked.hit.jump === hit.jump && looked.hit.part === hit.part ? looked.row : null;
  /** Finds the row of a place, and has it drawn. */
  const lookForRow = async (hit: FindHit, rows: HTMLElement, needle: Needle) => {
    looked = { hit, row: null };
    const own = looked;
    const text = await options.text(hit).catch(() => null);
    if (looked !== own || text === null) return;
    own.row = rowOf(text, needle, hit.occurrence);
    if (!own.row) return;
    scrollToRow(rows, own.row);
    wanted = { hit, until: performance.now() + DRAWN_LIMIT_MS };
    redraw();
  };

  /** Scrolls to what is wanted. False while it is not drawn. */
  const reveal = (hit: FindHit): boolean => {
    const view = options.view();
    const needle = needleOf(text(), matchCase());
    const part = view && partOf(view, hit);
    if (!view || !needle || !part) return false;
    const folded = part.querySelector<HTMLButtonElement>(
      hit.section === null ? ".reasoning > [aria-expanded='false']" : ".tool-button[aria-expanded='false']",
    );
    folded?.click();
    const rows = hit.section === null ? null : scrolledRows(part, hit);
    if (rows && looked?.hit !== hit) lookForRow(hit, rows, needle);
    const range = rangeOf(view, needle, hit, rowFor(hit));
    if (!range) {
      const section = part.querySelector(`.tool-piece[data-number="${hit.section}"]`);
      options.reader.goTo(part.dataset.anchor ?? "", (section ?? part).getBoundingClientRect(), PART_OFFSET);
      // Where its row is not known (yet), the section is all that can be shown.
      return section !== null && rowFor(hit) === null;
    }
    const line = range.startContainer.parentElement;
    // What is shown as a diagram has its words in the source.
    line?.closest(".as-diagram")?.querySelector<HTMLButtonElement>(".diagram-toggle")?.click();
    // Within what scrolls by itself, like long output or code.
    line?.scrollIntoView({ block: "nearest", inline: "nearest" });
    options.reader.goTo(part.dataset.anchor ?? "", range.getBoundingClientRect(), "middle");
    return true;
  };

  const draw = () => {
    frame = 0;
    const view = options.view();
    const needle = isOpen() ? needleOf(text(), matchCase()) : null;
    if (!view || !needle) {
      unmark();
      return;
    }
    if (wanted && (reveal(wanted.hit) || performance.now() > wanted.until)) wanted = null;
    const hit = found()?.at ?? null;
    mark(view, needle, hit, rowFor(hit));
  };
  const redraw = () => {
    if (frame === 0 && isOpen()) frame = requestAnimationFrame(draw);
  };

  createEffect(on([found, text, matchCase], redraw));
  // A new feed knows of no search, and one that was left open knows of an old one.
  createEffect(
    on(options.feed, () => {
      if (isOpen() || options.found()) send();
    }),
  );

  const watch = new MutationObserver(redraw);
  createEffect(() => {
    const view = options.view();
    if (isOpen() && view) watch.observe(view, { subtree: true, childList: true, characterData: true });
    else watch.disconnect();
  });
  onCleanup(() => {
    watch.disconnect();
    cancelAnimationFrame(frame);
    unmark();
  });

  return {
    isOpen,
    text,
    matchCase,
    found,
    /** Another one for each place that is to be gone to. */
    goal(): string {
      const now = found();
      return now?.at ? `${now.query} ${now.at.jump} ${now.at.message}` : "";
    },
    /** Goes to what was found, now or when it is drawn. */
    goToFound() {
      const hit = found()?.at;
      if (!hit) return;
      if (!reveal(hit)) wanted = { hit, until: performance.now() + DRAWN_LIMIT_MS };
      redraw();
    },
    /** Counts up when the field is to have the focus. */
    asked,
    redraw,
    /** Opens the bar, or gives it the focus again. */
    open(words: string) {
      if (!isOpen()) returnTo = document.activeElement;
      setOpen(true);
      if (words) setText(words);
      setAsked(asked() + 1);
      if (text()) send();
    },
    close() {
      if (!isOpen()) return;
      setOpen(false);
      send();
      cancelAnimationFrame(frame);
      frame = 0;
      unmark();
      const back = returnTo instanceof HTMLElement && returnTo.isConnected ? returnTo : options.view();
      back?.focus({ preventScroll: true });
    },
    change(words: string) {
      setText(words);
      send();
    },
    turnCase() {
      setMatchCase(!matchCase());
      send();
    },
    step(forward: boolean) {
      if (found()?.at) options.step(forward);
    },
  };
}

export type Find = ReturnType<typeof createFind>;
