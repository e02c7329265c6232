import { createSignal, onCleanup } from "solid-js";
import {
  BELOW_TOLERANCE,
  distanceToEnd,
  END_TOLERANCE,
  followsEnd,
  type Metrics,
  movedBy,
  type Piece,
  type Position,
  placeAt,
  scrollTopFor,
  type Wanted,
  wanted,
} from "./scroll";

/** How far below the view's edge a prompt stands that was jumped to, in pixels. */
const PROMPT_OFFSET = 12;

/** A prompt that begins above this line is the one that is read, in pixels below the view's edge. */
const READ_LINE = 24;

/** How long an unanswered call for more messages keeps the next one back, in milliseconds. */
const LOAD_LIMIT_MS = 3_000;

/**
 * Holds the reading position of a scrolled transcript. WebKitGTK has no scroll anchoring, so each change of the
 * content's or the view's size is corrected here, before it is painted.
 */
export function createReader(options: {
  start: Position;
  held: () => { hasOlder: boolean; hasNewer: boolean };
  load: (what: NonNullable<Wanted>) => void;
}) {
  let view: HTMLElement | undefined;
  let content: HTMLElement | undefined;
  let position = options.start;
  let last: Metrics = { top: 0, height: 0, content: 0 };
  let loadingUntil = 0;
  let direction: "up" | "down" | null = null;
  const [below, setBelow] = createSignal(false);

  const metrics = (): Metrics =>
    view
      ? { top: view.scrollTop, height: view.clientHeight, content: view.scrollHeight }
      : { top: 0, height: 0, content: 0 };

  const pieces = (): Piece[] => {
    if (!view || !content) return [];
    const edge = view.getBoundingClientRect().top;
    return [...content.querySelectorAll<HTMLElement>("[data-anchor]")].map((element) => {
      const box = element.getBoundingClientRect();
      return { id: element.dataset.anchor ?? "", top: box.top - edge, bottom: box.bottom - edge };
    });
  };

  const topOf = (id: string): number | null => {
    const elements = [...(content?.querySelectorAll<HTMLElement>("[data-anchor]") ?? [])];
    const element = elements.find((each) => each.dataset.anchor === id);
    if (!element || !view) return null;
    return element.getBoundingClientRect().top - view.getBoundingClientRect().top;
  };

  const promptHeads = () => [
    ...(content?.querySelectorAll<HTMLElement>("[data-role='user'] > [data-anchor]:first-child") ?? []),
  ];
  const toHead = (head: HTMLElement) => {
    position = { kind: "place", anchors: [{ id: head.dataset.anchor ?? "", offset: PROMPT_OFFSET }] };
    restore();
  };

  /** Takes what is seen now as what the next change starts from. */
  const settle = (now: Metrics) => {
    last = now;
    setBelow(position.kind === "place" && distanceToEnd(now) > BELOW_TOLERANCE);
  };

  const messages = () => [...(content?.querySelectorAll<HTMLElement>("[data-message-id]") ?? [])];

  const askForMore = () => {
    const held = options.held();
    if (!view || !(held.hasOlder || held.hasNewer) || performance.now() < loadingUntil) return;
    const edge = view.getBoundingClientRect().top;
    const all = content?.querySelectorAll<HTMLElement>("[data-message-id]");
    const [first, final] = [all?.[0], all?.[all.length - 1]];
    if (!first || !final) return;
    const extent = {
      start: first.getBoundingClientRect().top - edge,
      end: final.getBoundingClientRect().bottom - edge,
    };
    const now = metrics();
    const what = wanted({ height: now.height, filled: now.content > now.height }, extent, direction, held);
    if (!what) return;
    loadingUntil = performance.now() + LOAD_LIMIT_MS;
    options.load(what);
  };

  const scrollToPosition = () => {
    if (!view) return;
    const top = scrollTopFor(position, metrics(), topOf);
    if (top === null) position = placeAt(pieces());
    else if (Math.abs(top - view.scrollTop) >= 0.5) view.scrollTop = top;
    settle(metrics());
  };

  const restore = () => {
    scrollToPosition();
    askForMore();
  };

  const takeScroll = () => {
    const now = metrics();
    const before = last;
    if (followsEnd(position.kind === "end", before.top, now, options.held().hasNewer)) {
      position = { kind: "end" };
      if (now.content !== before.content) scrollToPosition();
    } else if (position.kind === "place" && (now.content !== before.content || now.height !== before.height)) {
      // The event comes a frame late, and the content changed meanwhile: what is in view now is not what was read.
      position = movedBy(position, now.top - before.top);
      scrollToPosition();
    } else if (position.kind === "end" || now.top !== before.top) {
      // An event of a scroll of our own tells nothing new: taken as a place, its part of a pixel would add to the last.
      position = placeAt(pieces());
    }
    // Content of another height moves the view as well.
    if (now.top !== before.top && now.content === before.content) direction = now.top < before.top ? "up" : "down";
    settle(metrics());
  };

  const onScroll = () => {
    takeScroll();
    askForMore();
  };

  /** Takes the elements; called once they are in the document. */
  const attach = (viewElement: HTMLElement, contentElement: HTMLElement) => {
    view = viewElement;
    content = contentElement;
    restore();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(restore);
    observer.observe(view);
    observer.observe(content);
    onCleanup(() => observer.disconnect());
  };

  return {
    /** There is more below what is read. */
    below,
    attach,
    onScroll,
    restore,
    /** Takes in that the person scrolled, of which the event is still to come, before the document changes. */
    catchUp() {
      if (view && view.scrollTop !== last.top) takeScroll();
    },
    position: () => position,
    /** The messages that were asked for are there. */
    loaded() {
      const asked = loadingUntil > 0;
      loadingUntil = 0;
      const at = metrics();
      if (asked && direction === "down" && !options.held().hasNewer && distanceToEnd(at) <= END_TOLERANCE) {
        position = { kind: "end" };
      }
      restore();
    },
    /** The heights of the messages that are held, with the room above each, in pixels. */
    heights(): number[] {
      const tops = messages().map((message) => message.getBoundingClientRect());
      return tops.map((box, at) => (tops[at + 1]?.top ?? box.bottom) - box.top);
    },
    /** How far the view's top edge is below the beginning of something in it, in pixels. */
    depthIn(element: Element): number {
      return (view?.getBoundingClientRect().top ?? 0) - element.getBoundingClientRect().top;
    },
    /** Goes to the end and follows it. */
    toEnd() {
      position = { kind: "end" };
      restore();
    },
    /** Goes to the prompt before what is read, or after it. False when none is held there. */
    toPrompt(direction: "previous" | "next"): boolean {
      const edge = (view?.getBoundingClientRect().top ?? 0) + PROMPT_OFFSET;
      const distance = (head: HTMLElement) => head.getBoundingClientRect().top - edge;
      const heads = promptHeads();
      const head =
        direction === "previous"
          ? heads.findLast((each) => distance(each) < -1)
          : heads.find((each) => distance(each) > 1);
      if (head) toHead(head);
      return head !== undefined;
    },
    /** Goes to where what is older comes. */
    toBeginning() {
      if (view) view.scrollTop = 0;
    },
    /** Goes to a message. False when it is not held. */
    toMessage(message: string): boolean {
      const article = messages().find((each) => each.dataset.messageId === message);
      const head = article?.querySelector<HTMLElement>("[data-anchor]");
      if (head) toHead(head);
      return head !== undefined && head !== null;
    },
    /** The prompt that is read or whose answer is, and the first one that is held. */
    promptInView(): { at: string | null; first: string | null } {
      const idOf = (head: HTMLElement | undefined) => head?.parentElement?.dataset.messageId ?? null;
      const heads = promptHeads();
      const line = (view?.getBoundingClientRect().top ?? 0) + READ_LINE;
      // At the end the last one is, however near to it.
      const end = position.kind === "end" ? heads.at(-1) : undefined;
      const at = end ?? heads.findLast((each) => each.getBoundingClientRect().top <= line);
      return { at: idOf(at), first: idOf(heads[0]) };
    },
    /** The last message that is in view; null where none is. */
    lastMessage(): string | null {
      if (!view || !content) return null;
      const edge = view.getBoundingClientRect().bottom;
      const last = messages().findLast((each) => each.getBoundingClientRect().top < edge);
      return last?.dataset.messageId ?? null;
    },
    /** Scrolls something into the view's middle, or so far below its edge, and stays at the piece that it is in. */
    goTo(id: string, box: { top: number; height: number }, where: "middle" | number) {
      if (!view) return;
      const below = box.top - view.getBoundingClientRect().top;
      view.scrollTop += below - (where === "middle" ? (view.clientHeight - box.height) / 2 : where);
      const top = topOf(id);
      if (top === null) return;
      position = { kind: "place", anchors: [{ id, offset: top }] };
      settle(metrics());
    },
    /** Stays at what is read now, also at the end: something in it is about to be unfolded. */
    hold() {
      const now = placeAt(pieces());
      if (now.kind === "place") position = now;
    },
  };
}

export type Reader = ReturnType<typeof createReader>;
