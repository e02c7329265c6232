import { Show } from "solid-js";
import { createNow, durationWords } from "../../shared/time";

/** How long something took, or has been taking so far. */
export function Elapsed(props: { started: number | null; ended: number | null; running: boolean }) {
  return (
    <Show when={props.started}>
      {(started) => (
        <Show
          when={props.running && props.ended === null}
          fallback={
            <Show when={props.ended}>
              {(ended) => <span class="elapsed numbers">{durationWords(ended() - started())}</span>}
            </Show>
          }
        >
          <Running started={started()} />
        </Show>
      )}
    </Show>
  );
}

function Running(props: { started: number }) {
  const now = createNow(500);
  // Whole seconds: tenths would only flicker.
  const elapsed = () => Math.floor(Math.max(0, now() - props.started) / 1_000);
  return <span class="elapsed numbers">{elapsed() < 10 ? `${elapsed()} s` : durationWords(elapsed() * 1_000)}</span>;
}
