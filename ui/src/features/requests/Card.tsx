import { type Component, type JSX, Show } from "solid-js";
import type { SectionBody, SectionRows, SessionName } from "../../backend/types";
import { createNow, durationWords } from "../../shared/time";

export type DiffBody = Extract<SectionBody, { kind: "diff" }>;

/** Draws a diff, and asks for more of it. */
export type DiffView = Component<{
  body: DiffBody;
  access: { rows: (from: number, to: number) => Promise<SectionRows | null>; text: () => Promise<string | null> };
}>;

/** What stands above a request that is not shown in its session. */
export interface Place {
  folder: string;
  path: SessionName[];
  onOpen: () => void;
}

/** Where a request comes from; choosing it goes there. */
export function PlaceLine(props: { place: Place }) {
  const words = () => props.place.path.map((session) => session.title).join(" › ");
  return (
    <div class="request-place">
      <span class="request-folder">{props.place.folder}</span>
      <button
        type="button"
        class="request-open truncate"
        title={`Go to ${words()}`}
        onClick={() => props.place.onOpen()}
      >
        {words()}
      </button>
    </div>
  );
}

/** The first line of a request. */
export function CardHead(props: { icon: JSX.Element; title: string; asker: string | null; asked: number | null }) {
  return (
    <div class="request-head">
      {props.icon}
      <span class="request-title">{props.title}</span>
      <Show when={props.asker}>
        <span class="muted truncate">asked by {props.asker}</span>
      </Show>
      <Show when={props.asked}>{(asked) => <Since asked={asked()} />}</Show>
    </div>
  );
}

function Since(props: { asked: number }) {
  const now = createNow();
  // Whole seconds: tenths would only flicker.
  const words = () => {
    const ms = Math.floor(Math.max(0, now() - props.asked) / 1_000) * 1_000;
    return ms < 10_000 ? `${ms / 1_000} s` : durationWords(ms);
  };
  return (
    <time class="request-since numbers muted" datetime={new Date(props.asked).toISOString()} title="Waits for so long">
      {words()}
    </time>
  );
}

/** The key that does the same; it is said by `aria-keyshortcuts`. */
export function Key(props: { shown: boolean; name: string }) {
  return (
    <Show when={props.shown}>
      <span class="request-key" aria-hidden="true">
        {props.name}
      </span>
    </Show>
  );
}
