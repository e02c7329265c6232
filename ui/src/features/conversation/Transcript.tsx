import ArrowDown from "lucide-solid/icons/arrow-down";
import CirclePause from "lucide-solid/icons/circle-pause";
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, type ParentProps, Show } from "solid-js";
import { useBackend } from "../../backend/context";
import type { RetryView, SessionState, TranscriptView } from "../../backend/types";
import { Button } from "../../shared/Button";
import { ProblemNote } from "../../shared/ProblemNote";
import { createNow, secondsUntil } from "../../shared/time";
import { FindBar } from "./find/FindBar";
import { createFind } from "./find/find";
import { findKey } from "./find/keys";
import { Message } from "./Message";
import type { OutgoingActions } from "./OutgoingState";
import { createPaths, type Paths, PathsContext } from "./paths";
import { PictureContext, type PictureSource } from "./pictures";
import { PromptRail } from "./rail/PromptRail";
import { createPrompts } from "./rail/prompts";
import { createReader } from "./reader";
import { createRooms } from "./rooms";
import { createRuler } from "./ruler";
import { type Reading, remember } from "./scroll";
import { SectionContext, type SectionSource } from "./tool/source";
import { turnCost } from "./turn";
import { type Requests, waitingCalls } from "./waiting";
import "./conversation.css";

/** The messages of a session. One is made for each session that is looked at. */
export function Transcript(props: {
  instance: string;
  feed: number;
  transcript: TranscriptView;
  requests: Requests;
  state: SessionState;
  /** Whether the server can be asked. */
  connected: boolean;
  /** Where each session was read, kept while tabs change. */
  readings: Map<string, Reading>;
  /** Counts up when the person sent something: the end is shown then. */
  sent: number;
  outgoing: OutgoingActions;
  onOpenSession: (session: string) => void;
  onFailure: (failure: unknown) => void;
}) {
  const backend = useBackend();
  let view: HTMLDivElement | undefined;
  let content: HTMLDivElement | undefined;
  const place = `${props.instance}\n${props.transcript.session}`;

  const { position, ruler } = props.readings.get(place) ?? { position: { kind: "end" }, ruler: createRuler() };
  const reader = createReader({
    start: position,
    held: () => ({ hasOlder: props.transcript.has_older, hasNewer: props.transcript.has_newer }),
    load: (what) => load(what).catch(props.onFailure),
  });
  const rooms = createRooms(() => props.transcript, reader, ruler);
  const load = (what: "older" | "newer" | "here") => {
    if (what === "older") return backend.loadOlder(props.instance, props.feed);
    if (what === "newer") return backend.loadNewer(props.instance, props.feed);
    return backend.loadAt(props.instance, props.feed, props.transcript.messages[0]?.id ?? "", rooms.inView());
  };
  const [viewElement, setViewElement] = createSignal<HTMLElement>();
  onMount(() => {
    if (view && content) reader.attach(view, content);
    rooms.drawn();
    // The rooms get their heights when these effects are over, and nobody scrolls before that.
    queueMicrotask(reader.restore);
    setViewElement(view);
  });
  const onKey = (event: KeyboardEvent) => {
    if (findKey(event, find)) return;
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    prompts.step(event.key === "ArrowUp" ? "previous" : "next");
  };
  document.addEventListener("keydown", onKey);
  onCleanup(() => document.removeEventListener("keydown", onKey));
  onCleanup(() => remember(props.readings, place, { position: reader.position(), ruler }));
  createEffect(
    on(
      () => props.sent,
      () => jump(),
      { defer: true },
    ),
  );
  /** The end was asked for, and its messages are not here yet. */
  let leaps = false;
  const jump = () => {
    leaps = props.transcript.has_newer;
    if (leaps) backend.jumpToLatest(props.instance, props.feed).catch(props.onFailure);
    else reader.toEnd();
  };
  const find = createFind({
    feed: () => props.feed,
    found: () => props.transcript.find,
    view: viewElement,
    reader,
    query: (query) => backend.find(props.instance, props.feed, query).catch(props.onFailure),
    text: ({ message, part, section }) =>
      backend.sectionText(props.instance, props.feed, { message, part, section: section ?? 0 }),
    step: (forward) => backend.findStep(props.instance, props.feed, forward).catch(props.onFailure),
  });
  const prompts = createPrompts({
    feed: () => props.feed,
    count: () => props.transcript.overview.prompts,
    messages: () => props.transcript.messages,
    reader,
    read: () => backend.prompts(props.instance, props.feed),
    show: (message) => backend.showMessage(props.instance, props.feed, message),
    toEnd: jump,
  });
  const range = () => {
    const { messages, before, after, has_newer } = props.transcript;
    return `${messages[0]?.id} ${messages.at(-1)?.id} ${before} ${after} ${has_newer}`;
  };
  // One effect, for the order: where the search went is where one reads then, and the old place is not asked for again.
  createEffect(
    on([find.goal, range], ([goal, now], was) => {
      if (goal !== was?.[0]) find.goToFound();
      if (was === undefined || now === was[1]) return;
      reader.loaded();
      if (leaps && !props.transcript.has_newer) {
        leaps = false;
        reader.toEnd();
      }
    }),
  );
  const [spoken, setSpoken] = createSignal("");
  createEffect<SessionState>((before) => {
    const { state } = props;
    if (before === "busy" && state === "idle") setSpoken("The answer is complete.");
    else if (state === "busy") setSpoken("");
    return state;
  }, props.state);
  const working = () => props.state === "busy" && props.transcript.retry === null;
  const asked = createMemo(() => waitingCalls(props.transcript.session, props.requests));

  const placeOf = (part: string, section: number) => {
    const message = props.transcript.messages.findLast((each) => each.parts.some(({ id }) => id === part));
    return { message: message?.id ?? "", part, section };
  };
  const sections: SectionSource = {
    rows: (part, section, from, to) =>
      backend.sectionRows(props.instance, props.feed, placeOf(part, section), from, to),
    text: (part, section) => backend.sectionText(props.instance, props.feed, placeOf(part, section)),
  };
  const pictures: PictureSource = (part, number) =>
    backend.pictureAddress(props.instance, props.transcript.session, placeOf(part, 0).message, part, number);
  const paths = createPaths(backend, props.instance, (failure) => props.onFailure(failure));

  return (
    <Sources sections={sections} paths={paths} pictures={pictures}>
      <div class="transcript">
        <div
          class="transcript-view"
          role="log"
          aria-label="Messages"
          aria-live="off"
          aria-busy={props.state === "busy"}
          tabindex={0}
          ref={view}
          onScroll={() => {
            reader.onScroll();
            find.redraw();
            prompts.look();
          }}
          on:click={{
            // Before the button's own handler, which changes what is to be held.
            capture: true,
            handleEvent: (event) => {
              if ((event.target as Element).closest("[aria-expanded]")) reader.hold();
            },
          }}
        >
          <div class="transcript-column" ref={content}>
            <div class="transcript-room" ref={rooms.setAbove} style={{ height: `${rooms.above()}px` }} />
            <Show when={props.transcript.has_older && props.transcript.before === 0}>
              <p class="transcript-edge">
                <span class="spinner" /> Earlier messages…
              </p>
            </Show>
            <Show when={!props.transcript.loaded && props.transcript.messages.length === 0}>
              <p class="transcript-edge">
                <span class="spinner" /> Reading the messages…
              </p>
            </Show>
            <Show when={props.transcript.loaded && props.transcript.messages.length === 0 && props.state === "idle"}>
              <p class="transcript-empty muted">Nothing here yet. Write the first message below.</p>
            </Show>
            <For each={props.transcript.messages}>
              {(message, index) => (
                <Message
                  message={message}
                  previous={props.transcript.messages[index() - 1]}
                  waits={asked().waits}
                  feed={props.feed}
                  outgoing={props.outgoing}
                  cost={turnCost(props.transcript.messages, index())}
                  onCopy={async () => (await backend.messageText(props.instance, props.feed, message.id)) ?? ""}
                  onExpand={(part, expanded) =>
                    backend.expand(props.instance, props.feed, message.id, part, expanded).catch(props.onFailure)
                  }
                  onOpenSession={props.onOpenSession}
                />
              )}
            </For>
            <div class="transcript-room" ref={rooms.setBelow} style={{ height: `${rooms.below()}px` }} />
            <Show when={props.transcript.retry}>{(retry) => <Retry retry={retry()} />}</Show>
            <Show when={props.transcript.problem}>
              {(problem) => <ProblemNote message={problem().message} detail={problem().detail} code={problem().code} />}
            </Show>
            <Show when={working() && !props.transcript.has_newer}>
              <p class="working">
                <Show
                  when={asked().any}
                  fallback={
                    <>
                      <span class="spinner" /> Working…
                    </>
                  }
                >
                  <CirclePause class="icon small mark-waiting" /> Waiting for you
                </Show>
              </p>
            </Show>
          </div>
        </div>
        <PromptRail prompts={prompts.prompts()} current={prompts.current()} onGo={prompts.go} />
        <Show when={find.isOpen()}>
          <FindBar find={find} connected={props.connected} />
        </Show>
        <p class="visually-hidden" role="status" aria-label="Answer">
          {spoken()}
        </p>
        <Show when={reader.below() || props.transcript.has_newer}>
          <div class="jump-place">
            <Button class="jump" aria-label="Jump to latest" onClick={jump}>
              <ArrowDown class="icon small" />
              Jump to latest
            </Button>
          </div>
        </Show>
      </div>
    </Sources>
  );
}

function Retry(props: { retry: RetryView }) {
  const now = createNow(250);
  const words = () => {
    const seconds = secondsUntil(props.retry.next, now());
    return seconds > 0 ? `Trying again in ${seconds} s` : "Trying again…";
  };
  return (
    <div class="retry">
      <span class="spinner" />
      <span class="retry-text">
        <span class="numbers">
          {words()} (attempt {props.retry.attempt})
        </span>
        <span class="muted"> {props.retry.message}</span>
      </span>
    </div>
  );
}

/** What pieces of messages ask for themselves. */
function Sources(props: ParentProps<{ sections: SectionSource; paths: Paths; pictures: PictureSource }>) {
  return (
    <SectionContext.Provider value={props.sections}>
      <PathsContext.Provider value={props.paths}>
        <PictureContext.Provider value={props.pictures}>{props.children}</PictureContext.Provider>
      </PathsContext.Provider>
    </SectionContext.Provider>
  );
}
