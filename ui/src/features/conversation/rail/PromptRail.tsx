import { createSignal, For, Show } from "solid-js";
import type { PromptLine } from "../../../backend/types";
import { movedIndex } from "../../../shared/roving";
import "./rail.css";

/** Fewer prompts need no rail. */
const FEWEST = 3;

/** With more, the marks are thin. */
const MANY = 80;

/** A mark for each prompt beside the messages. */
export function PromptRail(props: {
  prompts: PromptLine[];
  /** The prompt that is read, or whose answer is. */
  current: string | null;
  onGo: (message: string) => void;
}) {
  let rail: HTMLElement | undefined;
  const [shown, setShown] = createSignal<{ line: string; top: number } | null>(null);
  const nameOf = (prompt: PromptLine) => prompt.line || "A prompt without text";
  const stop = () => {
    const current = props.prompts.findIndex(({ id }) => id === props.current);
    return current < 0 ? props.prompts.length - 1 : current;
  };
  const show = (prompt: PromptLine, mark: HTMLElement) => {
    const edge = rail?.getBoundingClientRect().top ?? 0;
    const box = mark.getBoundingClientRect();
    setShown({ line: nameOf(prompt), top: box.top + box.height / 2 - edge });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!rail || event.altKey || event.ctrlKey || event.metaKey) return;
    const marks = [...rail.querySelectorAll<HTMLElement>("button")];
    const to = movedIndex(
      event.key,
      marks.indexOf(document.activeElement as HTMLElement),
      marks.length,
      "vertical",
      false,
    );
    if (to === null) return;
    event.preventDefault();
    marks[to]?.focus({ preventScroll: true });
  };
  return (
    <Show when={props.prompts.length >= FEWEST}>
      <nav
        class="rail"
        classList={{ many: props.prompts.length > MANY }}
        aria-label="Prompts"
        ref={rail}
        onKeyDown={onKeyDown}
        onMouseLeave={() => setShown(null)}
      >
        <For each={props.prompts}>
          {(prompt, index) => (
            <button
              type="button"
              class="rail-mark"
              aria-label={nameOf(prompt)}
              aria-current={prompt.id === props.current ? "true" : undefined}
              tabindex={index() === stop() ? 0 : -1}
              onMouseEnter={(event) => show(prompt, event.currentTarget)}
              onFocus={(event) => show(prompt, event.currentTarget)}
              onBlur={() => setShown(null)}
              onClick={() => props.onGo(prompt.id)}
            />
          )}
        </For>
        <Show when={shown()}>
          {(now) => (
            <div class="rail-line truncate" aria-hidden="true" style={{ top: `${now().top}px` }}>
              {now().line}
            </div>
          )}
        </Show>
      </nav>
    </Show>
  );
}
