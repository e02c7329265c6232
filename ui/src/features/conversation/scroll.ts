import type { Ruler } from "./ruler";

/** What the view shows at its top edge: pieces of the transcript and how far below the edge each begins, in pixels. */
export interface Anchor {
  id: string;
  offset: number;
}

/** Where a person reads: at the end, which is followed, or at a place, which stays where it is on the screen. */
export type Position = { kind: "end" } | { kind: "place"; anchors: Anchor[] };

/** How many places are remembered; the one that was left longest ago goes first. */
const PLACES = 200;

/** Where a session was read, and the heights of its messages. */
export interface Reading {
  position: Position;
  ruler: Ruler;
}

/** Remembers where a session was read. The end needs no remembering. */
export function remember(readings: Map<string, Reading>, session: string, reading: Reading): void {
  readings.delete(session);
  if (reading.position.kind === "end") return;
  readings.set(session, reading);
  for (const oldest of readings.keys()) {
    if (readings.size <= PLACES) return;
    readings.delete(oldest);
  }
}

/** The scrolled element's scrollTop, clientHeight and scrollHeight. */
export interface Metrics {
  top: number;
  height: number;
  content: number;
}

/** A piece of the transcript, measured from the view's top edge. */
export interface Piece {
  id: string;
  top: number;
  bottom: number;
}

/** Nearer to the end than this, in pixels, counts as at the end. */
export const END_TOLERANCE = 32;
/** Less than this below the view, in pixels, is nothing to jump to. */
export const BELOW_TOLERANCE = 24;
/** Nearer to an end of what is held than so many times the view's height more is asked for. */
const LOAD_VIEWS = 2;
/** How many pieces are remembered; the first of them that is still there is the one to hold. */
const ANCHORS = 6;

export function distanceToEnd(metrics: Metrics): number {
  return metrics.content - metrics.height - metrics.top;
}

/**
 * Whether the end is followed after a scroll event. Content that grew since the last one moves the end away without
 * the person: only a move upwards leaves it.
 */
export function followsEnd(followed: boolean, lastTop: number, metrics: Metrics, hasNewer: boolean): boolean {
  if (distanceToEnd(metrics) <= END_TOLERANCE) return followed || !hasNewer;
  return followed && metrics.top >= lastTop;
}

/** The place that is read: the first pieces that are not wholly above the view. */
export function placeAt(pieces: Piece[]): Position {
  const first = pieces.findIndex((piece) => piece.bottom > 0);
  if (first < 0) return { kind: "place", anchors: [] };
  const anchors = pieces.slice(first, first + ANCHORS).map((piece) => ({ id: piece.id, offset: piece.top }));
  return { kind: "place", anchors };
}

/** The same place after the person scrolled by `delta` pixels. */
export function movedBy(position: Position, delta: number): Position {
  if (position.kind === "end") return position;
  return { kind: "place", anchors: position.anchors.map(({ id, offset }) => ({ id, offset: offset - delta })) };
}

/** The scrollTop that shows `position`; null when nothing of it is there any more. `topOf` measures from the view's edge. */
export function scrollTopFor(
  position: Position,
  metrics: Metrics,
  topOf: (id: string) => number | null,
): number | null {
  if (position.kind === "end") return Math.max(0, metrics.content - metrics.height);
  for (const anchor of position.anchors) {
    const top = topOf(anchor.id);
    if (top !== null) return metrics.top + top - anchor.offset;
  }
  return null;
}

/** What is held, measured from the view's top edge: from the beginning of its first message to the end of its last. */
export interface Extent {
  start: number;
  end: number;
}

/** What is to be asked for: a page on one side, or the messages at the place that the view shows. */
export type Wanted = "older" | "newer" | "here" | null;

/**
 * What is missing for a view: where it shows nothing of what is held, the messages of that place; else a page on the
 * side that the person moves to, in time, or on any side where there is a blank.
 */
export function wanted(
  view: { height: number; filled: boolean },
  extent: Extent,
  direction: "up" | "down" | null,
  held: { hasOlder: boolean; hasNewer: boolean },
): Wanted {
  const { start, end } = extent;
  if (held.hasOlder && !view.filled) return "older";
  if (held.hasNewer && !view.filled) return "newer";
  if (held.hasOlder && start >= view.height) return "here";
  if (held.hasNewer && end <= 0) return "here";
  if (held.hasOlder && start > 0) return "older";
  if (held.hasNewer && end < view.height) return "newer";
  // Where little is held, the far side would be let go of while it is in view.
  const distance = Math.min(LOAD_VIEWS * view.height, (end - start - view.height) / 3);
  if (held.hasOlder && direction === "up" && start > -distance) return "older";
  if (held.hasNewer && direction === "down" && end - view.height < distance) return "newer";
  return null;
}
