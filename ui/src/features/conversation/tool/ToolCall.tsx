import Check from "lucide-solid/icons/check";
import ChevronRight from "lucide-solid/icons/chevron-right";
import CirclePause from "lucide-solid/icons/circle-pause";
import CircleX from "lucide-solid/icons/circle-x";
import CornerDownRight from "lucide-solid/icons/corner-down-right";
import { createEffect, createSignal, Match, on, Show, Switch } from "solid-js";
import type { PartBody } from "../../../backend/types";
import { Button } from "../../../shared/Button";
import { Elapsed } from "../Elapsed";
import { Sections } from "./Sections";
import "./tool.css";
import "./terminal.css";

export type ToolBody = Extract<PartBody, { kind: "tool" }>;

const STATE_WORDS = { pending: "is being written", running: "running", completed: "done", error: "failed" } as const;

/** A tool call on one line; unfolded, its sections. */
export function ToolCall(props: {
  part: string;
  body: ToolBody;
  /** It goes on when the person has answered a request. */
  waiting: boolean;
  /** Changes when the core forgets what was unfolded. */
  feed: number;
  onExpand: (expanded: boolean) => void;
  onOpenSession: (session: string) => void;
}) {
  const [wanted, setWanted] = createSignal(props.body.detail !== null);
  // A new feed may come without what is unfolded here.
  createEffect(
    on(
      () => props.feed,
      () => wanted() && props.body.detail === null && props.onExpand(true),
      { defer: true },
    ),
  );
  const toggle = () => {
    setWanted(!wanted());
    props.onExpand(wanted());
  };
  const waiting = () =>
    props.waiting && !props.body.interrupted && (props.body.state === "running" || props.body.state === "pending");
  const stateWords = () => {
    if (props.body.interrupted) return "interrupted";
    return waiting() ? "waiting for you" : STATE_WORDS[props.body.state];
  };
  return (
    <div
      class="tool"
      data-tool={props.body.name}
      data-state={props.body.state}
      data-interrupted={props.body.interrupted || undefined}
    >
      <div class="tool-line">
        <button type="button" class="tool-button" aria-expanded={wanted()} onClick={toggle}>
          <ChevronRight class="icon small tool-twist" />
          <span class="tool-name">{props.body.name}</span>
          <span class="tool-summary truncate">{props.body.summary}</span>
          <Show when={props.body.changed}>
            {(changed) => (
              <span class="tool-changed numbers">
                <span class="plus">+{changed()[0]}</span> <span class="minus">−{changed()[1]}</span>
              </span>
            )}
          </Show>
          <Show when={props.body.result}>
            {(result) => (
              <span class="tool-result numbers truncate" classList={{ bad: result().bad }}>
                {result().text}
              </span>
            )}
          </Show>
          <Show when={waiting()} fallback={<Time body={props.body} />}>
            <span class="tool-waiting" aria-hidden="true">
              Waiting
            </span>
          </Show>
          <span class="tool-mark" title={stateWords()}>
            <Switch fallback={<span class="spinner" />}>
              <Match when={props.body.interrupted}>
                <span class="status-dot off" />
              </Match>
              <Match when={waiting()}>
                <CirclePause class="icon small mark-waiting" />
              </Match>
              <Match when={props.body.state === "completed"}>
                <Check class="icon small mark-done" />
              </Match>
              <Match when={props.body.state === "error"}>
                <CircleX class="icon small mark-failed" />
              </Match>
            </Switch>
            <span class="visually-hidden">{stateWords()}</span>
          </span>
        </button>
        <Show when={props.body.child}>
          {(child) => (
            <Button look="plain" class="tool-open" onClick={() => props.onOpenSession(child())}>
              <CornerDownRight class="icon small" />
              Open
            </Button>
          )}
        </Show>
      </div>
      <Show when={props.body.doing && !wanted()}>
        <p class="tool-note tool-doing truncate">{props.body.doing}</p>
      </Show>
      <Show when={props.body.error && !wanted()}>
        <p class="tool-error truncate" title={props.body.error ?? undefined}>
          {props.body.error}
        </p>
      </Show>
      <Show when={props.body.interrupted}>
        <p class="tool-note">Interrupted before it ended</p>
      </Show>
      <Show when={wanted()}>
        <Show when={props.body.detail} fallback={<p class="tool-note">Loading…</p>}>
          {(detail) => <Sections part={props.part} detail={detail()} />}
        </Show>
      </Show>
    </div>
  );
}

function Time(props: { body: ToolBody }) {
  return (
    <Elapsed
      started={props.body.started}
      ended={props.body.ended}
      running={props.body.state === "running" && !props.body.interrupted}
    />
  );
}
