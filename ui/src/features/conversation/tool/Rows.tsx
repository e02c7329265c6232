import { createEffect, createMemo, createSignal, For, type JSX, on, onCleanup, onMount, Show } from "solid-js";

/** The height of a row, in pixels; the style sheet says the same. */
const ROW = 19;
/** So many rows are drawn all: they may wrap, and be found by the system's search. */
const WHOLE = 100;
/** Rows drawn beyond what is seen, on either side. */
const BEYOND = 20;
/** What is seen before it was measured, in pixels. */
const HEIGHT = 380;

/** Rows of one height, of which only those in view are in the document. A few rows are drawn all, and may be higher. */
export function Rows(props: {
  count: number;
  class?: string;
  /** Begins at the end and stays there while rows come. */
  follow?: boolean;
  /** Is told which rows are drawn, from the first to the one after the last. */
  onDrawn?: (from: number, to: number) => void;
  children: (index: number) => JSX.Element;
}) {
  let view: HTMLDivElement | undefined;
  let atEnd = props.follow ?? false;
  const [top, setTop] = createSignal(0);
  const [height, setHeight] = createSignal(HEIGHT);
  const whole = () => props.count <= WHOLE;
  const from = createMemo(() => (whole() ? 0 : Math.max(0, Math.floor(top() / ROW) - BEYOND)));
  const to = createMemo(() =>
    whole() ? props.count : Math.min(props.count, Math.ceil((top() + height()) / ROW) + BEYOND),
  );
  const indexes = createMemo(() => Array.from({ length: Math.max(0, to() - from()) }, (_, i) => from() + i));
  createEffect(() => props.onDrawn?.(from(), to()));

  const measure = () => {
    if (!view) return;
    if (view.clientHeight > 0) setHeight(view.clientHeight);
    setTop(view.scrollTop);
  };
  const toEnd = () => {
    if (!view || !atEnd) return;
    view.scrollTop = view.scrollHeight;
    measure();
  };
  const onScroll = () => {
    if (!view) return;
    atEnd = (props.follow ?? false) && view.scrollHeight - view.clientHeight - view.scrollTop < ROW;
    measure();
  };
  onMount(() => {
    toEnd();
    measure();
    if (!view || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(measure);
    observer.observe(view);
    onCleanup(() => observer.disconnect());
  });
  // After the rows are in the document.
  createEffect(on([() => props.count, to], toEnd, { defer: true }));

  const drawn = () => <For each={indexes()}>{(index) => props.children(index)}</For>;
  return (
    <div
      class={`tool-rows ${props.class ?? ""}`}
      classList={{ whole: whole() }}
      tabindex={0}
      ref={view}
      onScroll={onScroll}
    >
      <Show
        when={whole()}
        fallback={
          <div class="tool-rows-room" style={{ height: `${props.count * ROW}px` }}>
            <div class="tool-rows-drawn" style={{ transform: `translateY(${from() * ROW}px)` }}>
              {drawn()}
            </div>
          </div>
        }
      >
        {drawn()}
      </Show>
    </div>
  );
}
