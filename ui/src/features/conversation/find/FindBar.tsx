import CaseSensitive from "lucide-solid/icons/case-sensitive";
import ChevronDown from "lucide-solid/icons/chevron-down";
import ChevronUp from "lucide-solid/icons/chevron-up";
import X from "lucide-solid/icons/x";
import { createEffect, on, onMount, Show } from "solid-js";
import { IconButton } from "../../../shared/Button";
import type { Find } from "./find";
import { countWords } from "./words";
import "./find.css";

/** The bar in which one says what to find. */
export function FindBar(props: { find: Find; connected: boolean }) {
  let field: HTMLInputElement | undefined;
  const take = () => {
    field?.focus({ preventScroll: true });
    field?.select();
  };
  onMount(take);
  createEffect(on(() => props.find.asked(), take, { defer: true }));
  const found = () => props.find.found();
  const nowhere = () => !found()?.count;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Escape") props.find.close();
    else if (event.key === "Enter" && event.target === field) props.find.step(!event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: not every engine here knows <search>
    <div class="find-bar" role="search" aria-label="Find in session" onKeyDown={onKeyDown}>
      <div class="find-line">
        <input
          type="text"
          class="find-field"
          classList={{ none: props.find.text() !== "" && found()?.count === 0 && !busy(found()) }}
          aria-label="Find in session"
          placeholder="Find in session"
          spellcheck={false}
          autocomplete="off"
          maxLength={1000}
          ref={field}
          value={props.find.text()}
          onInput={(event) => props.find.change(event.currentTarget.value)}
        />
        <span class="find-count numbers" role="status" aria-label="Matches">
          {countWords(props.find.text(), found())}
        </span>
        <IconButton
          label="Match case"
          tiny
          class="find-case"
          aria-pressed={props.find.matchCase()}
          onClick={() => props.find.turnCase()}
        >
          <CaseSensitive class="icon small" />
        </IconButton>
        <IconButton label="Previous match" tiny disabled={nowhere()} onClick={() => props.find.step(false)}>
          <ChevronUp class="icon small" />
        </IconButton>
        <IconButton label="Next match" tiny disabled={nowhere()} onClick={() => props.find.step(true)}>
          <ChevronDown class="icon small" />
        </IconButton>
        <IconButton label="Close find" tiny onClick={() => props.find.close()}>
          <X class="icon small" />
        </IconButton>
      </div>
      <Show when={props.find.text() !== "" && found()?.older}>
        <p class="find-more muted">
          <Show when={props.connected} fallback="Not connected: older messages are not searched yet.">
            <span class="spinner" /> Searching older messages…
          </Show>
        </p>
      </Show>
      <Show when={props.find.text() !== "" && found()?.incomplete}>
        <p class="find-more muted">Older messages could not be searched.</p>
      </Show>
    </div>
  );
}

const busy = (found: ReturnType<Find["found"]>) => found?.searching || found?.older;
