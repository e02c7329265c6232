import { createComputed, createMemo, createSignal, on } from "solid-js";

/** How many rows are asked for at once. */
const PAGE = 200;
/** How many pages are kept beside those that came with the section. */
const KEPT = 30;

interface Row {
  number: number;
}

/**
 * The rows of a section: those that came with it, and those that are asked for when they come into view. `version`
 * changes when rows that were asked for before may read differently.
 */
export function createPages<R extends Row>(options: {
  rows: () => readonly R[];
  version: () => unknown;
  fetch: (from: number, to: number) => Promise<readonly R[] | null>;
}) {
  const here = createMemo(() => new Map(options.rows().map((row) => [row.number, row])));
  const [fetched, setFetched] = createSignal<ReadonlyMap<number, readonly R[]>>(new Map());
  const asked = new Set<number>();
  let age = 0;
  createComputed(
    on(
      options.version,
      () => {
        age += 1;
        asked.clear();
        setFetched(new Map());
      },
      { defer: true },
    ),
  );

  const ask = async (page: number) => {
    const of = age;
    asked.add(page);
    const rows = await options.fetch(page * PAGE, (page + 1) * PAGE).catch(() => null);
    if (of !== age) return;
    asked.delete(page);
    if (!rows) return;
    const next = new Map(fetched());
    next.set(page, rows);
    for (const oldest of next.keys()) {
      if (next.size <= KEPT) break;
      next.delete(oldest);
    }
    setFetched(next);
  };

  return {
    /** The row, when it is here. */
    row: (index: number): R | undefined => here().get(index) ?? fetched().get(Math.floor(index / PAGE))?.[index % PAGE],
    /** Asks for those of the rows from `from` to `to` (not itself) that are not here. */
    need(from: number, to: number) {
      for (let index = from; index < to; index += 1) {
        const page = Math.floor(index / PAGE);
        if (!here().has(index) && !fetched().has(page) && !asked.has(page)) void ask(page);
      }
    },
  };
}
