import CircleX from "lucide-solid/icons/circle-x";
import RotateCw from "lucide-solid/icons/rotate-cw";
import { Match, Switch } from "solid-js";
import type { SessionState } from "../../backend/types";

/** How a session is doing, in words. */
export const SESSION_WORDS: Record<SessionState, string> = {
  idle: "idle",
  busy: "running",
  retry: "trying again",
  error: "ended with an error",
};

/** Its run ended while nobody looked. */
export const UNSEEN_WORDS = "finished, not looked at yet";

/** How a session is doing, as a small mark; nothing while it is idle. */
export function SessionMark(props: { state: SessionState }) {
  return (
    <Switch>
      <Match when={props.state === "busy"}>
        <span class="spinner" />
      </Match>
      <Match when={props.state === "retry"}>
        <RotateCw class="icon small mark-retry" />
      </Match>
      <Match when={props.state === "error"}>
        <CircleX class="icon small mark-error" />
      </Match>
    </Switch>
  );
}
