import X from "lucide-solid/icons/x";
import { createEffect, createSignal, on, Show } from "solid-js";
import { problemOf } from "../../backend/backend";
import { useBackend } from "../../backend/context";
import type { EventDetail, Problem } from "../../backend/types";
import { IconButton } from "../../shared/Button";
import { CopyButton } from "../../shared/CopyButton";
import { ProblemNote } from "../../shared/ProblemNote";
import { bytesWords, preciseClock } from "./words";

const GONE: Problem = {
  code: "event_gone",
  message: "This event is no longer kept. Pause the list to keep what it holds.",
  detail: null,
};

/** One event as JSON, as plain text. It stays when the list moves on. */
export function EventPane(props: { instance: string; number: number; onClose: () => void }) {
  const backend = useBackend();
  const [detail, setDetail] = createSignal<EventDetail | null>(null);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  createEffect(
    on(
      () => props.number,
      (number) => {
        const current = () => number === props.number;
        backend.readEvent(props.instance, number).then(
          (found) => {
            if (!current()) return;
            setDetail(found);
            setProblem(found ? null : GONE);
          },
          (failure) => current() && setProblem(problemOf(failure)),
        );
      },
    ),
  );
  return (
    <section
      class="event-pane"
      aria-label="Event"
      onKeyDown={(event) => {
        if (event.key === "Escape") props.onClose();
      }}
    >
      <div class="event-pane-head">
        <span class="event-pane-type mono truncate">{detail()?.row.name || "Event"}</span>
        <Show when={detail()}>
          {(now) => (
            <span class="event-pane-facts numbers truncate">
              {preciseClock(now().row.at)} · {bytesWords(now().row.size)}
            </span>
          )}
        </Show>
        <Show when={detail()}>{(now) => <CopyButton label="Copy" text={() => now().json} />}</Show>
        <IconButton label="Close event" tiny onClick={() => props.onClose()}>
          <X class="icon small" />
        </IconButton>
      </div>
      <Show when={problem()}>
        {(now) => (
          <div class="event-note">
            <ProblemNote message={now().message} detail={now().detail} code={now().code} />
          </div>
        )}
      </Show>
      <Show when={detail()}>
        {(now) => (
          <>
            <Show when={now().reason}>
              <p class="event-note event-reason">{now().reason}</p>
            </Show>
            <Show when={now().shown < now().row.size}>
              <p class="event-note event-cut">
                Cut: the first {bytesWords(now().shown)} of {bytesWords(now().row.size)} are shown.
              </p>
            </Show>
            <pre class="event-json" tabindex={0}>
              {now().json}
            </pre>
          </>
        )}
      </Show>
    </section>
  );
}
