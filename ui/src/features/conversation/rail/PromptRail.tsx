import { createSignal, For, Show } from "solid-js";
import type { PromptLine } from "../../../backend/types";
import { movedIndex } from "../../../shared/roving";
import "./rail.css";

/** Fewer prompts need no rail. */
const FEWEST = 3;

/** With more, the marks are thin. */
const MANY = 80;

/** The most marks; with more prompts, each stands for several. */
const MOST = 120;

/** A mark for each prompt beside the messages. */
export function PromptRail(props: {
  prompts: PromptLine[];
  /** The prompt that is read, or whose answer is. */
  current: string | null;
  onGo: (message: string) => void;
}) {
  let rail: HTMLElement | undefined;
  const [shown, setShown] = createSignal<{ line: string; top: number } | null>(null);
  /** How many prompts a mark stands for. */
  const each = () => Math.ceil(props.prompts.length / MOST);
  const marks = () => props.prompts.filter((_, index) => index % each() === 0);
  const nameOf = (prompt: PromptLine) => prompt.line || "A prompt without text";
  const currentMark = () => Math.floor(props.prompts.findIndex(({ id }) => id === props.current) / each());
  const stop = () => {
    const current = currentMark();
    return current < 0 ? marks().length - 1 : current;
  };
  const show = (prompt: PromptLine, mark: HTMLElement) => {
    const edge = rail?.getBoundingClientRect().top ?? 0;
    const box = mark.getBoundingClientRect();
    setShown({ line: nameOf(prompt), top: box.top + box.height / 2 - edge });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!rail || event.altKey || event.ctrlKey || event.metaKey) return;
    const buttons = [...rail.querySelectorAll<HTMLElement>("button")];
    const to = movedIndex(
      event.key,
      buttons.indexOf(document.activeElement as HTMLElement),
      buttons.length,
      "vertical",
      false,
    );
    if (to === null) return;
    event.preventDefault();
    buttons[to]?.focus({ preventScroll: true });
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
        <For each={marks()}>
          {(prompt, index) => (
            <button
              type="button"
              class="rail-mark"
              aria-label={nameOf(prompt)}
              aria-current={index() === currentMark() ? "true" : undefined}
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
