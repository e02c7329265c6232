import type { DiffRow } from "../../../backend/types";

/** A line of a diff as it is drawn: one row, a pair of rows side by side, or unchanged rows that are folded. */
export type DiffLine =
  | { kind: "row"; row: DiffRow }
  | { kind: "pair"; left: DiffRow | null; right: DiffRow | null }
  | { kind: "folded"; first: number; count: number };

/** The lines of a diff. `shown` says which folds are open, by the number of their first row. */
export function layout(rows: readonly DiffRow[], sides: boolean, shown: ReadonlySet<number>): DiffLine[] {
  const lines: DiffLine[] = [];
  const endOf = (start: number, kind: DiffRow["kind"]) => {
    let end = start;
    while (rows[end]?.kind === kind) end += 1;
    return end;
  };
  for (let at = 0; at < rows.length; ) {
    const row = rows[at] as DiffRow;
    if (row.kind === "far" && !shown.has(row.number)) {
      const end = endOf(at, "far");
      lines.push({ kind: "folded", first: row.number, count: end - at });
      at = end;
    } else if (row.kind === "far") {
      const end = endOf(at, "far");
      for (; at < end; at += 1) lines.push(same(rows[at] as DiffRow, sides));
    } else if (sides && (row.kind === "removed" || row.kind === "added")) {
      const middle = endOf(at, "removed");
      const end = endOf(middle, "added");
      for (let i = 0; i < Math.max(middle - at, end - middle); i += 1) {
        const left = at + i < middle ? (rows[at + i] as DiffRow) : null;
        const right = middle + i < end ? (rows[middle + i] as DiffRow) : null;
        lines.push({ kind: "pair", left, right });
      }
      at = end;
    } else {
      lines.push(same(row, sides));
      at += 1;
    }
  }
  return lines;
}

function same(row: DiffRow, sides: boolean): DiffLine {
  return sides && (row.kind === "kept" || row.kind === "far")
    ? { kind: "pair", left: row, right: row }
    : { kind: "row", row };
}
