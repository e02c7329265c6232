import type { FindHit } from "../../../backend/types";
import { allScopesOf, matchAt, matchesIn, type Needle } from "./matches";
import { matchInRow, type RowPlace, scrolledRows } from "./rows";

/** The names by which the style sheet knows the two. */
const ALL = "find";
const CURRENT = "find-current";
/** More places are not marked at once. */
const MOST = 2_000;
/** What is so near to the view is marked too, in pixels, so that scrolling shows nothing late. */
const BEYOND = 600;

const canHighlight = () => typeof Highlight !== "undefined" && typeof CSS !== "undefined" && "highlights" in CSS;

/** Marks the needle in what is in view, and the one place more strongly. Marks are none of the document's nodes. */
export function mark(view: HTMLElement, needle: Needle, hit: FindHit | null, row: RowPlace | null): void {
  if (!canHighlight()) return;
  const box = view.getBoundingClientRect();
  const isNear = (element: Element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > box.top - BEYOND && top < box.bottom + BEYOND;
  };
  // WebKit paints anew what ranges leave, and not what a highlight as a whole leaves.
  const all = highlightOf(ALL);
  const one = highlightOf(CURRENT);
  all.clear();
  one.clear();
  one.priority = 1;
  for (const part of view.querySelectorAll("[data-part]")) {
    if (!isNear(part)) continue;
    for (const scope of allScopesOf(part)) {
      if (all.size >= MOST || !isNear(scope)) continue;
      for (const range of matchesIn(scope, needle, MOST - all.size)) all.add(range);
    }
  }
  const current = hit && rangeOf(view, needle, hit, row);
  if (current) one.add(current);
}

function highlightOf(name: string): Highlight {
  const known = CSS.highlights.get(name);
  if (known) return known;
  const highlight = new Highlight();
  CSS.highlights.set(name, highlight);
  return highlight;
}

/** Takes all marks away. */
export function unmark(): void {
  if (!canHighlight()) return;
  for (const name of [ALL, CURRENT]) {
    CSS.highlights.get(name)?.clear();
    CSS.highlights.delete(name);
  }
}

/** The part in which a place is. */
export function partOf(view: HTMLElement, hit: FindHit): HTMLElement | null {
  const parts = [...view.querySelectorAll<HTMLElement>("[data-part]")];
  return parts.find((part) => part.dataset.anchor === `p:${hit.part}`) ?? null;
}

/** A place in the document; null while it is not drawn. In a section of many lines its row tells where it is. */
export function rangeOf(view: HTMLElement, needle: Needle, hit: FindHit, row: RowPlace | null): Range | null {
  const part = partOf(view, hit);
  const rows = part && scrolledRows(part, hit);
  if (rows) return row && matchInRow(rows, row, needle);
  return part && matchAt(part, hit.section, hit.occurrence, needle);
}
