import ArrowUp from "lucide-solid/icons/arrow-up";
import Square from "lucide-solid/icons/square";
import { createEffect, type JSX, on, onMount, Show } from "solid-js";
import { problemOf } from "../../backend/backend";
import { useBackend } from "../../backend/context";
import { ProblemNote } from "../../shared/ProblemNote";
import type { Drafts, Place } from "./drafts";
import { composerKey } from "./keys";
import "./composer.css";

const FIELD_ID = "message-field";

/** Puts the cursor where a message is written. */
export function focusComposer(): void {
  document.getElementById(FIELD_ID)?.focus({ preventScroll: true });
}

/** Where a message is written. What was typed stays until the app has taken it, which keeps it until the server has it. */
export function Composer(props: {
  instance: string;
  /** null: the message makes a new session. */
  session: string | null;
  busy: boolean;
  /** The server can be reached; what is sent waits otherwise. */
  connected: boolean;
  enterSends: boolean;
  drafts: Drafts;
  /** Stands before the buttons. */
  beside?: JSX.Element;
  onSent: () => void;
}) {
  const backend = useBackend();
  let field: HTMLTextAreaElement | undefined;
  const place = (): Place => ({ instance: props.instance, session: props.session });
  const draft = () => props.drafts.of(place());
  const hasText = () => draft().text.trim() !== "";

  const grow = () => {
    if (!field) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  };
  createEffect(on(() => [props.instance, props.session, draft().text], grow));
  // The cursor is put here where it is nowhere else, and not taken from where the person works.
  onMount(() => {
    if (document.activeElement === document.body) focusComposer();
  });

  const send = async () => {
    const mine = place();
    const { text, sending } = draft();
    if (sending || text.trim() === "") return;
    props.drafts.change(mine, { sending: true, problem: null });
    try {
      await props.drafts.settle(mine);
      await backend.sendPrompt(mine.instance, mine.session, text);
      props.drafts.change(mine, { sending: false, text: "" });
      props.onSent();
    } catch (failure) {
      props.drafts.change(mine, { sending: false, problem: problemOf(failure) });
    }
  };
  const stop = async () => {
    const mine = place();
    if (mine.session === null) return;
    try {
      await backend.stopSession(mine.instance, mine.session);
    } catch (failure) {
      props.drafts.change(mine, { problem: problemOf(failure) });
    }
  };

  const title = () => {
    if (!props.connected) return "Send, as soon as there is a connection";
    return props.busy ? "Send, to be answered next" : "Send";
  };
  const placeholder = () => {
    if (!props.connected) return "Write a message; it waits for the connection";
    return props.busy ? "Write the next message; it waits for its turn" : "Ask about the code, or say what to change";
  };

  return (
    <div class="composer">
      <Show when={draft().problem}>
        {(problem) => (
          <ProblemNote
            message={problem().message}
            detail={problem().detail}
            code={problem().code}
            onDismiss={() => props.drafts.change(place(), { problem: null })}
          />
        )}
      </Show>
      <div class="composer-frame">
        <textarea
          ref={field}
          id={FIELD_ID}
          class="composer-field"
          aria-label="Message"
          rows={1}
          placeholder={placeholder()}
          readOnly={draft().sending}
          value={draft().text}
          onInput={(event) => props.drafts.type(place(), event.currentTarget.value)}
          onKeyDown={(event) => {
            if (composerKey(event, props.enterSends) !== "send") return;
            event.preventDefault();
            send();
          }}
        />
        {props.beside}
        <div class="composer-actions">
          <Show when={props.busy}>
            <button type="button" class="composer-button stop" aria-label="Stop" title="Stop" onClick={stop}>
              <Square class="icon small" />
            </button>
          </Show>
          <Show when={!props.busy || hasText()}>
            <button
              type="button"
              class="composer-button send"
              aria-label="Send"
              title={title()}
              disabled={!hasText() || draft().sending}
              onClick={send}
            >
              <Show when={draft().sending} fallback={<ArrowUp class="icon" />}>
                <span class="spinner" />
              </Show>
            </button>
          </Show>
        </div>
      </div>
    </div>
  );
}
