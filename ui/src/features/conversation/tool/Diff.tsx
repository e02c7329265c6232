import Columns2 from "lucide-solid/icons/columns-2";
import Rows2 from "lucide-solid/icons/rows-2";
import { createMemo, createSignal, Match, onCleanup, onMount, Show, Switch } from "solid-js";
import type { DiffChange, DiffRow, SectionBody } from "../../../backend/types";
import { IconButton } from "../../../shared/Button";
import { type DiffLine, layout } from "./layout";
import { Rows } from "./Rows";
import { setSideBySide, sideBySide } from "./sides";
import type { SectionAccess } from "./source";

type Body = Extract<SectionBody, { kind: "diff" }>;

/** Two columns narrower than this together, in pixels, cannot be read. */
const WIDE = 620;
const PAGE = 2_000;

const WORDS: Record<DiffChange, string> = { changed: "", added: "new", deleted: "deleted", moved: "moved" };

/** What was changed in files, in one column or in two. */
export function Diff(props: { body: Body; access: SectionAccess }) {
  let box: HTMLDivElement | undefined;
  const [wide, setWide] = createSignal(false);
  const [more, setMore] = createSignal<readonly DiffRow[]>([]);
  const [shown, setShown] = createSignal<ReadonlySet<number>>(new Set());
  const sides = () => wide() && sideBySide();
  const rows = createMemo(() => {
    const first = props.body.rows;
    return more()[0]?.number === first.length ? [...first, ...more()] : first;
  });
  const lines = createMemo(() => layout(rows(), sides(), shown()));
  const missing = () => props.body.total - rows().length;
  onMount(() => {
    if (!box || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => setWide((box?.clientWidth ?? 0) >= WIDE));
    observer.observe(box);
    onCleanup(() => observer.disconnect());
  });
  let asking = false;
  const drawn = async (_: number, to: number) => {
    if (asking || missing() <= 0 || to <= lines().length) return;
    asking = true;
    const from = rows().length;
    const answer = await props.access.rows(from, from + PAGE).catch(() => null);
    asking = false;
    if (answer?.kind !== "diff" || from !== rows().length || answer.rows.length === 0) return;
    setMore([...rows().slice(props.body.rows.length), ...answer.rows]);
  };
  const digits = createMemo(() => {
    const last = rows().findLast((row) => row.old ?? row.new);
    return String(Math.max(last?.old ?? 0, last?.new ?? 0)).length;
  });
  const toggle = () => setSideBySide(!sideBySide());
  let files = 0;
  const fileOf = createMemo(() => {
    files = 0;
    return new Map(rows().flatMap((row) => (row.kind === "file" ? [[row.number, props.body.files[files++]]] : [])));
  });
  return (
    <div class="tool-diff" ref={box} data-sides={sides() || undefined}>
      <Show when={wide()}>
        <IconButton
          label={sides() ? "Show in one column" : "Show side by side"}
          tiny
          class="tool-sides"
          onClick={toggle}
        >
          <Show when={sides()} fallback={<Columns2 class="icon small" />}>
            <Rows2 class="icon small" />
          </Show>
        </IconButton>
      </Show>
      <Rows count={lines().length + (missing() > 0 ? 1 : 0)} class="code" onDrawn={drawn}>
        {(index) => (
          <Show when={lines()[index]} fallback={<div class="tool-row muted">{missing()} more lines…</div>}>
            {(line) => (
              <Switch>
                <Match when={of(line(), "pair")}>
                  {(pair) => (
                    <div class="tool-pair">
                      <Side row={pair().left} number={pair().left?.old} digits={digits()} />
                      <Side row={pair().right} number={pair().right?.new} digits={digits()} />
                    </div>
                  )}
                </Match>
                <Match when={of(line(), "folded")}>
                  {(fold) => (
                    <button
                      type="button"
                      class="tool-row tool-fold"
                      onClick={() => setShown(new Set([...shown(), fold().first]))}
                    >
                      {fold().count} unchanged lines: show
                    </button>
                  )}
                </Match>
                <Match when={of(line(), "row")}>
                  {(plain) => (
                    <div class="tool-row" data-kind={plain().row.kind}>
                      <Show
                        when={NUMBERED.has(plain().row.kind)}
                        fallback={
                          <span class="tool-row-text">
                            <span innerHTML={plain().row.html} />
                            <Show when={fileOf().get(plain().row.number)}>
                              {(file) => (
                                <span class="tool-file-words">
                                  {WORDS[file().change]} <span class="plus">+{file().added}</span>{" "}
                                  <span class="minus">−{file().removed}</span>
                                </span>
                              )}
                            </Show>
                          </span>
                        }
                      >
                        <span class="tool-number" style={{ width: `${digits()}ch` }}>
                          {plain().row.old}
                        </span>
                        <span class="tool-number" style={{ width: `${digits()}ch` }}>
                          {plain().row.new}
                        </span>
                        <span class="tool-sign">{SIGNS[plain().row.kind]}</span>
                        <span class="tool-row-text" innerHTML={plain().row.html} />
                      </Show>
                    </div>
                  )}
                </Match>
              </Switch>
            )}
          </Show>
        )}
      </Rows>
    </div>
  );
}

const SIGNS: Partial<Record<DiffRow["kind"], string>> = { added: "+", removed: "−" };
const NUMBERED = new Set<DiffRow["kind"]>(["added", "removed", "kept", "far"]);

function of<K extends DiffLine["kind"]>(line: DiffLine, kind: K) {
  return line.kind === kind ? (line as Extract<DiffLine, { kind: K }>) : undefined;
}

function Side(props: { row: DiffRow | null; number: number | null | undefined; digits: number }) {
  return (
    <div class="tool-row" data-kind={props.row?.kind ?? "nothing"}>
      <span class="tool-number" style={{ width: `${props.digits}ch` }}>
        {props.number}
      </span>
      <span class="tool-row-text" innerHTML={props.row?.html ?? ""} />
    </div>
  );
}
