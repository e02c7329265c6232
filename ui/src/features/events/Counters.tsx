import ChevronDown from "lucide-solid/icons/chevron-down";
import { createSignal, createUniqueId, For, Show } from "solid-js";
import type { TrafficCounters } from "../../backend/types";
import { bytesWords, countWords, rateWords } from "./words";

/** How the stream fares, in one line. */
export function Counters(props: { counters: TrafficCounters }) {
  const id = createUniqueId();
  const [unfolded, setUnfolded] = createSignal(false);
  const types = () => props.counters.unknown_types;
  const typeWords = (type: { name: string; count: number }) =>
    `${type.name || "(no type)"}${type.count > 1 ? ` × ${countWords(type.count)}` : ""}`;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: counters are no set of fields */}
      <div class="event-counters numbers" role="group" aria-label="Counters">
        <Count value={rateWords(props.counters.events_per_second)} name="events/s" data="rate" />
        <Count value={`${bytesWords(props.counters.bytes_per_second)}/s`} name="" data="bytes" />
        <Count
          value={countWords(props.counters.events)}
          name={`in all, ${bytesWords(props.counters.bytes)}`}
          data="events"
        />
        <Count value={countWords(props.counters.reconnects)} name="reconnects" data="reconnects" />
        <Count value={countWords(props.counters.resyncs)} name="resyncs" data="resyncs" />
        <Show when={props.counters.unknown > 0} fallback={<Count value="0" name="of unknown types" data="unknown" />}>
          <button
            type="button"
            class="event-unknown-count"
            data-counter="unknown"
            aria-expanded={unfolded()}
            aria-controls={id}
            title={types().map(typeWords).join("\n")}
            onClick={() => setUnfolded(!unfolded())}
          >
            <b>{countWords(props.counters.unknown)}</b> of unknown types
            <ChevronDown class="icon small" classList={{ turned: unfolded() }} />
          </button>
        </Show>
      </div>
      <Show when={unfolded() && types().length > 0}>
        <ul class="event-unknown-types mono" id={id} aria-label="Unknown types">
          <For each={types()}>{(type) => <li>{typeWords(type)}</li>}</For>
        </ul>
      </Show>
    </>
  );
}

function Count(props: { value: string; name: string; data: string }) {
  return (
    <span data-counter={props.data}>
      <b>{props.value}</b> {props.name}
    </span>
  );
}
