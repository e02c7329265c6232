import ArrowDownToLine from "lucide-solid/icons/arrow-down-to-line";
import Pause from "lucide-solid/icons/pause";
import Play from "lucide-solid/icons/play";
import Save from "lucide-solid/icons/save";
import Search from "lucide-solid/icons/search";
import { createSignal, Show } from "solid-js";
import { useBackend } from "../../backend/context";
import type { SavedRecording, SessionRow } from "../../backend/types";
import { Button } from "../../shared/Button";
import { ProblemNote } from "../../shared/ProblemNote";
import { Counters } from "./Counters";
import { EventGrid } from "./EventGrid";
import { EventPane } from "./EventPane";
import { createEventList, NO_FILTER } from "./list";
import { SaveRecording } from "./SaveRecording";
import { countWords } from "./words";
import "./events.css";

/** What came over an instance's event stream, live. */
export function EventsPanel(props: { instance: string; sessions: Record<string, SessionRow> }) {
  const backend = useBackend();
  const list = createEventList(backend, props.instance, () => props.sessions);
  const [selected, setSelected] = createSignal<number | null>(null);
  const [opened, setOpened] = createSignal<number | null>(null);
  const [saving, setSaving] = createSignal(false);
  const [saved, setSaved] = createSignal<SavedRecording | null>(null);
  let panel: HTMLDivElement | undefined;
  const page = () => list.page();
  const newer = () => page()?.newer ?? 0;
  const open = (number: number) => {
    setSelected(number);
    setOpened(number);
  };
  const close = () => {
    setOpened(null);
    panel?.querySelector<HTMLElement>("[role=grid]")?.focus();
  };
  return (
    <div class="events" ref={panel}>
      <div class="event-tools">
        <label class="event-search">
          <Search class="icon small" />
          <input
            type="search"
            class="event-query"
            placeholder="Filter by type or session"
            aria-label="Filter events"
            value={list.filter().text}
            onInput={(event) => list.setFilter({ text: event.currentTarget.value })}
          />
        </label>
        <Check
          label="Only unknown"
          checked={list.filter().onlyUnknown}
          onChange={(onlyUnknown) => list.setFilter({ onlyUnknown })}
        />
        <Check
          label="Hide heartbeats"
          checked={list.filter().hideHeartbeats}
          onChange={(hideHeartbeats) => list.setFilter({ hideHeartbeats })}
        />
        <span class="event-space" />
        <Show when={list.paused()}>
          <span class="event-newer numbers" role="status" aria-live="off">
            {countWords(newer())} new
          </span>
        </Show>
        <Button
          look="plain"
          aria-label={list.paused() ? "Resume" : "Pause"}
          title={list.paused() ? "Resume" : "Pause"}
          onClick={() => list.setPaused(!list.paused())}
        >
          <Show when={list.paused()} fallback={<Pause class="icon small" />}>
            <Play class="icon small" />
          </Show>
          <span class="event-label">{list.paused() ? "Resume" : "Pause"}</span>
        </Button>
        <Button
          look="plain"
          class="event-follow"
          aria-label="Follow"
          title="Stay at the newest"
          aria-pressed={list.following()}
          onClick={() => list.setFollowing(!list.following())}
        >
          <ArrowDownToLine class="icon small" />
          <span class="event-label">Follow</span>
        </Button>
        <Button look="plain" aria-label="Save recording" title="Save recording" onClick={() => setSaving(true)}>
          <Save class="icon small" />
          <span class="event-label">Save recording</span>
        </Button>
      </div>
      <Show when={page()}>{(now) => <Counters counters={now().counters} />}</Show>
      <Show when={list.problem()}>
        {(now) => (
          <div class="event-note">
            <ProblemNote message={now().message} detail={now().detail} code={now().code} />
          </div>
        )}
      </Show>
      <Show when={saved()}>
        {(now) => (
          <p class="event-note event-saved" role="status">
            Saved {countWords(now().events)} events as {now().file}.
            <Show when={now().missing > 0}>
              {" "}
              {countWords(now().missing)} were too large to be kept, and are missing.
            </Show>
          </p>
        )}
      </Show>
      <div class="event-body" classList={{ divided: opened() !== null }}>
        <div class="event-list">
          <div class="event-row event-head" aria-hidden="true">
            <span>Time</span>
            <span>Type</span>
            <span>Session</span>
            <span class="event-size">Size</span>
          </div>
          <EventGrid
            list={list}
            sessions={props.sessions}
            selected={selected()}
            onSelect={(number) => {
              setSelected(number);
              if (opened() !== null) setOpened(number);
            }}
            onOpen={open}
            onClose={close}
          />
          <Show when={page()?.matching === 0}>
            <div class="event-empty">
              <Show
                when={(page()?.listed ?? 0) > 0}
                fallback={<p>Nothing has come over the stream yet. Events appear here while OpenCode works.</p>}
              >
                <p>None of {countWords(page()?.listed ?? 0)} events match.</p>
                <Button onClick={() => list.setFilter(NO_FILTER)}>Show all</Button>
              </Show>
            </div>
          </Show>
        </div>
        <Show when={opened() !== null}>
          <EventPane instance={props.instance} number={opened() ?? 0} onClose={close} />
        </Show>
      </div>
      <Show when={saving()}>
        <SaveRecording
          instance={props.instance}
          events={page()?.listed ?? 0}
          onSaved={setSaved}
          onClose={() => setSaving(false)}
        />
      </Show>
    </div>
  );
}

function Check(props: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label class="event-check">
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      {props.label}
    </label>
  );
}
