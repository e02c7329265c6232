import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show, useContext } from "solid-js";
import { Portal } from "solid-js/web";
import { BackendContext } from "../../../backend/context";
import { Lightbox } from "../../../shared/Lightbox";
import { Drawing, type Drawn } from "./drawing";
import { currentLook } from "./look";
import { MAX_SOURCE } from "./messages";
import "./diagram.css";

/** How far outside of the view a diagram is drawn already, in pixels. */
const NEAR = 800;

/** Sources that the person wants to see as such. */
const asSource = new Set<string>();

let drawing: Drawing | undefined;

/** A code block that is shown as a diagram. */
export interface DiagramBlock {
  /** The `.code` element of the block. */
  element: HTMLElement;
  source: string;
}

/** The code blocks below an element that are diagrams. */
export function diagramsIn(root: HTMLElement): DiagramBlock[] {
  const found: DiagramBlock[] = [];
  for (const element of root.querySelectorAll<HTMLElement>(".code")) {
    if (!element.querySelector("pre > code.language-mermaid")) continue;
    // A long one has its further parts beside it.
    const parts = (element.closest(".code-run") ?? element).querySelectorAll("pre > code");
    found.push({ element, source: [...parts].map((part) => part.textContent).join("") });
  }
  return found;
}

/** The picture in a code block, and what goes with it in the block's head. */
export function Diagram(props: { block: DiagramBlock }) {
  const backend = useContext(BackendContext);
  const { element, source } = props.block;
  const shell = element.closest<HTMLElement>(".code-run") ?? element;
  const look = createMemo(currentLook);
  drawing ??= new Drawing((request) =>
    backend ? backend.drawDiagram(request) : Promise.reject(new Error("there is no backend")),
  );
  const own = drawing;

  const [near, setNear] = createSignal(false);
  const [drawn, setDrawn] = createSignal<Drawn | undefined>(own.known(source, look()));
  const [wantsSource, setWantsSource] = createSignal(asSource.has(source));

  const [large, setLarge] = createSignal(false);

  const picture = () => {
    const now = drawn();
    return now && !("problem" in now) ? now : undefined;
  };
  const problem = () => {
    const now = drawn();
    if (source.length > MAX_SOURCE) return "it is too long.";
    return now && "problem" in now ? now.problem : undefined;
  };
  const size = () => picture() ?? (problem() ? undefined : own.sizeOf(source));
  const isShown = () => size() !== undefined && !wantsSource();

  // The picture in other colours takes the place of the one before when it is there.
  createEffect(
    on([near, look], ([isNear, now]) => {
      if (!isNear || source.length > MAX_SOURCE || source.trim() === "") return;
      const known = own.known(source, now);
      if (known) {
        setDrawn(known);
        return;
      }
      const asked = own.draw(source, now, setDrawn);
      onCleanup(asked.cancel);
    }),
  );
  onMount(() => {
    if (typeof IntersectionObserver === "undefined") {
      setNear(true);
      return;
    }
    const root = element.closest("[role='log']");
    const observer = new IntersectionObserver((seen) => setNear(seen.at(-1)?.isIntersecting === true), {
      root,
      rootMargin: `${NEAR}px 0px`,
    });
    observer.observe(shell);
    onCleanup(() => observer.disconnect());
  });
  createEffect(() => shell.classList.toggle("as-diagram", isShown()));
  onCleanup(() => shell.classList.remove("as-diagram"));

  const turn = () => {
    const now = !wantsSource();
    setWantsSource(now);
    if (now) asSource.add(source);
    else asSource.delete(source);
  };

  return (
    <>
      <Show when={size()}>
        <Portal mount={element.querySelector(".code-head") ?? element}>
          <button type="button" class="diagram-toggle" onClick={turn}>
            {wantsSource() ? "Diagram" : "Source"}
          </button>
        </Portal>
      </Show>
      <Portal mount={element}>
        <Show when={isShown() && size()}>
          {(room) => (
            <div class="diagram">
              <button type="button" aria-label="Show diagram larger" onClick={() => setLarge(true)}>
                <img
                  alt="Diagram"
                  src={picture()?.address}
                  width={room().width}
                  height={room().height}
                  draggable={false}
                />
              </button>
            </div>
          )}
        </Show>
        <Show when={problem()}>{(why) => <p class="diagram-note">Not drawn as a diagram: {why()}</p>}</Show>
      </Portal>
      <Show when={large() && picture()}>
        {(shown) => <Lightbox title="Diagram" address={shown().address} onClose={() => setLarge(false)} />}
      </Show>
    </>
  );
}
