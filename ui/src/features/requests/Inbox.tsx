import { createEffect, createMemo, For, Match, onMount, Show, Switch } from "solid-js";
import { Button } from "../../shared/Button";
import { Dialog } from "../../shared/Dialog";
import type { DiffView, Place } from "./Card";
import type { Entry } from "./inbox";
import { PermissionCard } from "./PermissionCard";
import { QuestionCard } from "./QuestionCard";
import "./inbox.css";

/** How long a card that came under the fingers takes no keys, in milliseconds: they were meant for the one before it. */
const GRACE = 700;

/** Everything that waits for the person, in all opened folders. */
export function Inbox(props: {
  entries: Entry[];
  diff: DiffView;
  onOpen: (instance: string, session: string) => void;
  /** Opens the automatic answers. */
  onRules?: (() => void) | undefined;
  onClose: () => void;
}) {
  let list: HTMLDivElement | undefined;
  let at = 0;
  let answered: string | undefined;
  let graceEnds = 0;
  // By their keys, so that what is typed into a card stays while others come and go.
  const keys = createMemo(() => props.entries.map((entry) => entry.key));
  const cards = () => [...(list?.querySelectorAll<HTMLElement>(".request") ?? [])];
  const focus = (index: number) => {
    const all = cards();
    at = Math.max(0, Math.min(index, all.length - 1));
    (all[at] ?? list)?.focus();
  };
  onMount(() => queueMicrotask(() => focus(0)));
  // The card that had the focus is answered, here or elsewhere: the one in its place is next.
  createEffect<string[]>((before) => {
    const now = keys();
    const had = before[at];
    if (had !== undefined && !now.includes(had)) {
      queueMicrotask(() => {
        const { activeElement } = document;
        if (activeElement && activeElement !== document.body && !(activeElement instanceof HTMLDialogElement)) return;
        if (had !== answered) graceEnds = performance.now() + GRACE;
        focus(at);
      });
    }
    return now;
  }, []);
  const onEarlyKey = (event: KeyboardEvent) => {
    if (performance.now() >= graceEnds || event.key === "Escape" || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target instanceof Element && target.closest("input, textarea, .tool-rows")) return;
    if (key !== "ArrowDown" && key !== "ArrowUp") return;
    event.preventDefault();
    focus(at + (key === "ArrowDown" ? 1 : -1));
  };
  const onFocusIn = (event: FocusEvent) => {
    const index = cards().findIndex((card) => card.contains(event.target as Node));
    if (index >= 0) at = index;
  };
  return (
    <Dialog title="Waiting" class="inbox" onClose={props.onClose}>
      {/* biome-ignore lint/a11y/useSemanticElements: not a part of a form */}
      <div
        class="dialog-body"
        role="group"
        aria-label="Requests"
        ref={list}
        tabindex={-1}
        on:keydown={{ capture: true, handleEvent: onEarlyKey }}
        onKeyDown={onKeyDown}
        onFocusIn={onFocusIn}
      >
        <For each={keys()} fallback={<p class="muted inbox-empty">Nothing waits for you.</p>}>
          {(key) => {
            const entry = createMemo(() => props.entries.find((each) => each.key === key));
            return (
              <Show when={entry()}>
                {(now) => (
                  <EntryCard
                    entry={now()}
                    diff={props.diff}
                    onAnswer={() => {
                      answered = key;
                    }}
                    onOpen={props.onOpen}
                  />
                )}
              </Show>
            );
          }}
        </For>
      </div>
      <div class="dialog-actions inbox-actions">
        <Show when={props.entries.length > 1}>
          <span class="muted inbox-hint">
            <kbd>↑</kbd> <kbd>↓</kbd> other requests
          </span>
        </Show>
        <Show when={props.onRules}>
          {(open) => (
            <Button look="plain" class="request-more" onClick={() => open()()}>
              Automatic answers…
            </Button>
          )}
        </Show>
        <Button onClick={() => props.onClose()}>Close</Button>
      </div>
    </Dialog>
  );
}

function EntryCard(props: {
  entry: Entry;
  diff: DiffView;
  onAnswer: () => void;
  onOpen: (instance: string, session: string) => void;
}) {
  const place = (): Place => {
    const { folder, view, instance } = props.entry;
    return {
      folder: [folder.name, folder.hint].filter(Boolean).join(" "),
      path: view.path,
      onOpen: () => props.onOpen(instance, view.session),
    };
  };
  return (
    <Switch>
      <Match when={props.entry.kind === "permission" && props.entry}>
        {(entry) => (
          <PermissionCard
            instance={entry().instance}
            permission={entry().view}
            asker={null}
            diff={props.diff}
            place={place()}
            onAnswer={props.onAnswer}
          />
        )}
      </Match>
      <Match when={props.entry.kind === "question" && props.entry}>
        {(entry) => (
          <QuestionCard
            instance={entry().instance}
            question={entry().view}
            asker={null}
            place={place()}
            onAnswer={props.onAnswer}
          />
        )}
      </Match>
    </Switch>
  );
}
