import ChevronRight from "lucide-solid/icons/chevron-right";
import { createMemo, createSignal, type JSX, Show } from "solid-js";
import type { JsonRow, SectionBody, TreeRow } from "../../../backend/types";
import { Rows } from "./Rows";

interface FoldRow {
  number: number;
  depth: number;
  size: number;
}

/** Rows below rows, which can be folded. */
function Fold<R extends FoldRow>(props: {
  rows: readonly R[];
  folded: (row: R) => boolean;
  leftOut: number;
  class: string;
  children: (row: R) => JSX.Element;
}) {
  const [turned, setTurned] = createSignal<ReadonlySet<number>>(new Set());
  const isFolded = (row: R) => row.size > 0 && props.folded(row) !== turned().has(row.number);
  const shown = createMemo(() => {
    const rows: R[] = [];
    for (let at = 0; at < props.rows.length; ) {
      const row = props.rows[at] as R;
      rows.push(row);
      at += isFolded(row) ? row.size + 1 : 1;
    }
    return rows;
  });
  const turn = (row: R) => {
    const next = new Set(turned());
    if (!next.delete(row.number)) next.add(row.number);
    setTurned(next);
  };
  return (
    <>
      <Rows count={shown().length} class={props.class}>
        {(index) => (
          <Show when={shown()[index]}>
            {(row) => (
              <div class="tool-row" style={{ "padding-left": `${row().depth * 16}px` }}>
                <Show when={row().size > 0} fallback={<span class="tool-leaf" />}>
                  <button
                    type="button"
                    class="tool-twist-button"
                    aria-label={isFolded(row()) ? "Unfold" : "Fold"}
                    data-folded={isFolded(row()) || undefined}
                    onClick={() => turn(row())}
                  >
                    <ChevronRight class="icon small" />
                  </button>
                </Show>
                {props.children(row())}
              </div>
            )}
          </Show>
        )}
      </Rows>
      <Show when={props.leftOut > 0}>
        <p class="tool-note">{props.leftOut} more are left out here.</p>
      </Show>
    </>
  );
}

/** Files in their folders, with the lines that were found. */
export function Tree(props: { body: Extract<SectionBody, { kind: "tree" }> }) {
  return (
    <Fold<TreeRow> rows={props.body.rows} folded={() => false} leftOut={props.body.left_out} class="code tree">
      {(row) => (
        <>
          <Show when={row.line !== null}>
            <span class="tool-number">{row.line}</span>
          </Show>
          <span class="tool-row-text" data-kind={row.kind} innerHTML={row.html} />
          <Show when={row.count !== null}>
            <span class="tool-count numbers">{row.count}</span>
          </Show>
        </>
      )}
    </Fold>
  );
}

/** A value of any form. */
export function Json(props: { body: Extract<SectionBody, { kind: "json" }> }) {
  return (
    <Fold<JsonRow> rows={props.body.rows} folded={(row) => row.folded} leftOut={props.body.left_out} class="code json">
      {(row) => (
        <>
          <Show when={row.key !== null}>
            <span class="json-key">{row.key}</span>
          </Show>
          <span class={`tool-row-text json-${row.kind}`}>{row.text}</span>
        </>
      )}
    </Fold>
  );
}
