import { For, onCleanup, onMount, Show } from "solid-js";
import type { EventRow, SessionRow } from "../../backend/types";
import { type EventList, ROW_HEIGHT } from "./list";
import { bytesWords, preciseClock } from "./words";

/** Within this many pixels of the end, new events are followed. */
const END_TOLERANCE = 8;

/** The events in rows of one height, of which only those around the view are drawn. */
export function EventGrid(props: {
  list: EventList;
  sessions: Record<string, SessionRow>;
  selected: number | null;
  onSelect: (number: number) => void;
  onOpen: (number: number) => void;
  onClose: () => void;
}) {
  let grid: HTMLDivElement | undefined;
  const { list } = props;
  const page = () => list.page();
  const look = () => {
    if (grid) list.look({ top: grid.scrollTop, height: grid.clientHeight });
  };
  const atEnd = () => !grid || grid.scrollHeight - grid.clientHeight - grid.scrollTop <= END_TOLERANCE;
  const onScroll = () => {
    if (!grid) return;
    list.setFollowing(atEnd());
    look();
  };
  onMount(() => {
    list.onScrollTo((top) => {
      if (!grid) return;
      grid.scrollTop = top;
      look();
    }, atEnd);
    look();
    // Not in the tests' page.
    if (typeof ResizeObserver === "undefined" || !grid) return;
    // An event that is opened takes room of the list, which must not hide its row.
    const observer = new ResizeObserver(() => {
      look();
      const row = rowOf(props.selected);
      if (list.following()) list.toEnd();
      else if (row !== null) list.reveal(row);
    });
    observer.observe(grid);
    onCleanup(() => observer.disconnect());
  });

  const rowOf = (number: number | null) => {
    const now = page();
    const index = now && number !== null ? now.rows.findIndex((row) => row.number === number) : -1;
    return now && index >= 0 ? now.first + index : null;
  };
  const goTo = async (row: number) => {
    const last = (page()?.matching ?? 0) - 1;
    if (last < 0) return;
    const number = await list.reach(Math.min(Math.max(row, 0), last));
    if (number !== undefined) props.onSelect(number);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = (page()?.matching ?? 0) - 1;
    const row = rowOf(props.selected);
    const step = Math.max(1, list.rowsInView() - 2);
    const moves: Record<string, number> = {
      ArrowDown: row === null ? last : row + 1,
      ArrowUp: row === null ? last : row - 1,
      PageDown: (row ?? last) + step,
      PageUp: (row ?? last) - step,
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to !== undefined) goTo(to);
    else if (event.key === "Enter" && props.selected !== null) props.onOpen(props.selected);
    else if (event.key === "Escape") props.onClose();
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a table cannot be placed one by one
    // biome-ignore lint/a11y/useAriaActivedescendantWithTabindex: it has one, by the name that Solid knows
    <div
      class="event-grid"
      role="grid"
      aria-label="Events"
      aria-rowcount={page()?.matching ?? 0}
      aria-activedescendant={rowOf(props.selected) === null ? undefined : `event-${props.selected}`}
      tabindex={0}
      ref={grid}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: rows of a table cannot be placed one by one */}
      <div role="rowgroup" class="event-rows" style={{ height: `${(page()?.matching ?? 0) * ROW_HEIGHT}px` }}>
        <For each={page()?.rows}>
          {(row, index) => (
            <Row
              row={row}
              place={(page()?.first ?? 0) + index()}
              session={row.session === null ? undefined : props.sessions[row.session]}
              selected={props.selected === row.number}
              onOpen={() => {
                list.setFollowing(false);
                props.onOpen(row.number);
              }}
            />
          )}
        </For>
      </div>
    </div>
  );
}

function Row(props: {
  row: EventRow;
  place: number;
  session: SessionRow | undefined;
  selected: boolean;
  onOpen: () => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a table cannot be placed one by one
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the focus, and the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names the active row
    <div
      role="row"
      class="event-row"
      id={`event-${props.row.number}`}
      aria-rowindex={props.place + 1}
      aria-selected={props.selected}
      data-event-number={props.row.number}
      data-event-type={props.row.name}
      data-unknown={props.row.unknown}
      style={{ transform: `translateY(${props.place * ROW_HEIGHT}px)` }}
      onClick={() => props.onOpen()}
    >
      <Cell class="event-time">{preciseClock(props.row.at)}</Cell>
      <Cell class="event-type">
        <span class="truncate">{props.row.name || "(no type)"}</span>
        <Show when={props.row.unknown}>
          <span class="event-mark">unknown</span>
        </Show>
      </Cell>
      <Cell class="event-session truncate" title={props.row.session ?? undefined}>
        {props.session?.title ?? props.row.session ?? ""}
      </Cell>
      <Cell class="event-size">{bytesWords(props.row.size)}</Cell>
    </div>
  );
}

function Cell(props: { class: string; title?: string | undefined; children: import("solid-js").JSX.Element }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a table cannot be placed one by one
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names the active row
    <div role="gridcell" class={props.class} title={props.title}>
      {props.children}
    </div>
  );
}
