import type { FindHit } from "../../../backend/types";
import { countIn, matchesIn, type Needle } from "./matches";

/** A place in a section of many lines, of which only those in view are drawn. */
export interface RowPlace {
  row: number;
  /** Which one in the row. */
  within: number;
}

/** The row of a text in which a place is. */
export function rowOf(text: string, needle: Needle, occurrence: number): RowPlace | null {
  let left = occurrence;
  let row = 0;
  for (const line of text.split("\n")) {
    const count = countIn(line, needle);
    if (left < count) return { row, within: left };
    left -= count;
    row += 1;
  }
  return null;
}

/** What scrolls such a section's rows; null where all of them are drawn. */
export function scrolledRows(part: Element, hit: FindHit): HTMLElement | null {
  const room = part.querySelector(`.tool-piece[data-number="${hit.section}"] .tool-rows-room`);
  return room?.parentElement ?? null;
}

/** Brings a row into the middle of what scrolls it. */
export function scrollToRow(rows: HTMLElement, { row }: RowPlace): void {
  // They are all of one height.
  const height = rows.querySelector<HTMLElement>(".tool-row")?.offsetHeight ?? 0;
  rows.scrollTop = row * height - rows.clientHeight / 2;
}

/** The place in its row; null while the row is not drawn. */
export function matchInRow(rows: Element, place: RowPlace, needle: Needle): Range | null {
  const row = rows.querySelector(`[data-row="${place.row}"]`);
  return (row && matchesIn(row, needle, place.within + 1)[place.within]) ?? null;
}
