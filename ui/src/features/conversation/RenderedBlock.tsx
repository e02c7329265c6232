import { createEffect, createMemo, createSignal, For, Index, Show, useContext } from "solid-js";
import type { Block } from "../../backend/types";
import { copyText } from "../../shared/copy";
import { Diagram, type DiagramBlock, diagramsIn } from "./diagram/Diagram";
import { PathsContext } from "./paths";

const COPIED_MS = 1_500;

/** How the core marks code that is a diagram. */
const DIAGRAM = 'class="language-mermaid"';

/**
 * One block of rendered text, or all parts of a long code block. Its HTML is the core's, with the buttons of code in it:
 * the block listens for them, and they are what has the focus and the keys.
 */
export function RenderedBlock(props: {
  blocks: Block[];
  from: number;
  to: number;
  /** More of it may come. */
  open: boolean;
}) {
  let root: HTMLDivElement | undefined;
  const paths = useContext(PathsContext);
  const [wrapped, setWrapped] = createSignal(false);
  const [diagrams, setDiagrams] = createSignal<DiagramBlock[]>([]);
  const html = createMemo(() => props.blocks[props.from]?.html ?? "");
  const isRun = createMemo(() => props.to - props.from > 1);

  const onClick = (event: MouseEvent) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.classList.contains("code-wrap")) setWrapped(!wrapped());
    if (button?.classList.contains("code-copy")) copy(button);
    openPath(event);
  };

  const openPath = (event: Event) => {
    const path = event.target instanceof Element ? event.target.closest("code.path") : null;
    if (!path) return;
    event.preventDefault();
    paths?.open(path.textContent ?? "");
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter") openPath(event);
  };

  const listen = (element: HTMLDivElement) => {
    root = element;
    element.addEventListener("click", onClick);
    element.addEventListener("keydown", onKey);
  };

  // A block whose HTML was set anew has new buttons.
  createEffect((before: boolean) => {
    const now = wrapped();
    if (html() && (isRun() || now || before)) {
      for (const button of root?.querySelectorAll(".code-wrap") ?? []) button.setAttribute("aria-pressed", String(now));
    }
    return now;
  }, false);

  createEffect(() => {
    if (html().includes("<code>") && root) paths?.mark(root);
  });

  // Each time that the HTML is set anew its elements are others.
  createEffect(() => {
    const isDiagram = html().includes(DIAGRAM);
    if (isDiagram) for (const { html } of props.blocks.slice(props.from, props.to)) void html;
    setDiagrams(isDiagram && !props.open && root ? diagramsIn(root) : []);
  });

  return (
    <>
      <For each={diagrams()}>{(block) => <Diagram block={block} />}</For>
      <Show
        when={isRun()}
        fallback={<div class="block" classList={{ wrapped: wrapped() }} ref={listen} innerHTML={html()} />}
      >
        <div class="block code-run" classList={{ wrapped: wrapped() }} ref={listen}>
          <Index each={props.blocks.slice(props.from, props.to)}>{(block) => <div innerHTML={block().html} />}</Index>
        </div>
      </Show>
    </>
  );
}

/** Copies code as it is shown: a character that cannot be seen is copied as its number, which nobody pastes unawares. */
async function copy(button: HTMLButtonElement) {
  const block = button.closest(".code-run") ?? button.closest(".code");
  const code = [...(block?.querySelectorAll("pre > code") ?? [])].map((part) => part.textContent).join("");
  if (!(await copyText(code))) return;
  const label = button.getAttribute("aria-label") ?? "";
  button.textContent = "Copied";
  button.setAttribute("aria-label", "Copied");
  setTimeout(() => {
    button.textContent = "Copy";
    button.setAttribute("aria-label", label === "Copied" ? "Copy code" : label);
  }, COPIED_MS);
}
