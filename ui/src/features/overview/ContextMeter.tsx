import { createSignal, createUniqueId, For, onCleanup, Show } from "solid-js";
import type { ContextView, OverviewView } from "../../backend/types";
import { costWords } from "../../shared/cost";
import { fullness, overviewWords, percent, tokenWords } from "./words";
import "./overview.css";

const KINDS = [
  ["cache_read", "From the cache"],
  ["cache_write", "Into the cache"],
  ["input", "Read anew"],
  ["reasoning", "Thought"],
  ["output", "Written"],
] as const satisfies readonly (readonly [keyof ContextView, string])[];

/** How full the model's window is and what the session cost; more of it on a click. */
export function ContextMeter(props: { overview: OverviewView }) {
  const id = createUniqueId();
  const [open, setOpen] = createSignal(false);
  let place: HTMLDivElement | undefined;
  const context = () => props.overview.context;
  const full = () => {
    const now = context();
    return now && fullness(now);
  };
  const onPointer = (event: PointerEvent) => {
    if (open() && !place?.contains(event.target as Node)) setOpen(false);
  };
  document.addEventListener("pointerdown", onPointer);
  onCleanup(() => document.removeEventListener("pointerdown", onPointer));
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open()) return;
    event.stopPropagation();
    setOpen(false);
    place?.querySelector("button")?.focus();
  };
  return (
    <Show when={overviewWords(props.overview)}>
      {(words) => (
        <div class="meter" ref={place} on:keydown={onKey}>
          <button
            type="button"
            class="meter-button numbers"
            classList={{ high: (full() ?? 0) >= 0.8 }}
            aria-expanded={open()}
            aria-controls={id}
            title="Context and cost"
            onClick={() => setOpen(!open())}
          >
            {words()}
          </button>
          <Show when={open()}>
            <section class="meter-panel" id={id} aria-label="Context and cost">
              <Show when={context()}>{(now) => <Context context={now()} full={full() ?? null} />}</Show>
              <dl class="meter-rows">
                <dt>This session cost</dt>
                <dd class="numbers">{costWords(props.overview.cost) || "nothing"}</dd>
                <Show when={props.overview.cost_with_children > props.overview.cost}>
                  <dt>With its subagents</dt>
                  <dd class="numbers">{costWords(props.overview.cost_with_children)}</dd>
                </Show>
              </dl>
            </section>
          </Show>
        </div>
      )}
    </Show>
  );
}

function Context(props: { context: ContextView; full: number | null }) {
  const kinds = () => KINDS.filter(([key]) => props.context[key] > 0);
  return (
    <>
      <p class="meter-title">
        <span class="truncate">{props.context.model}</span>
        <span class="numbers">
          {tokenWords(props.context.used)}
          {props.context.limit ? ` of ${tokenWords(props.context.limit)}` : ""} tokens
        </span>
      </p>
      <Show when={props.full !== null}>
        <div
          class="meter-bar"
          role="progressbar"
          aria-label="Context used"
          aria-valuenow={Math.round((props.full ?? 0) * 100)}
          aria-valuetext={percent(props.full ?? 0)}
        >
          <For each={kinds()}>
            {([key]) => (
              <span
                class="meter-piece"
                data-kind={key}
                style={{
                  width: `${(100 * props.context[key]) / Math.max(props.context.limit ?? 0, props.context.used)}%`,
                }}
              />
            )}
          </For>
        </div>
      </Show>
      <dl class="meter-rows">
        <For each={kinds()}>
          {([key, words]) => (
            <>
              <dt>
                <span class="meter-key" data-kind={key} />
                {words}
              </dt>
              <dd class="numbers">{tokenWords(props.context[key])}</dd>
            </>
          )}
        </For>
      </dl>
    </>
  );
}
