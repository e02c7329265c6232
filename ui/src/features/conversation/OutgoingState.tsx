import CircleAlert from "lucide-solid/icons/circle-alert";
import Clock from "lucide-solid/icons/clock";
import CloudAlert from "lucide-solid/icons/cloud-alert";
import { Match, Show, Switch } from "solid-js";
import type { Outgoing } from "../../backend/types";
import "./outgoing.css";

/** What the person can do with a prompt that the server does not have. */
export interface OutgoingActions {
  connected: boolean;
  onRetry: (message: string) => void;
  onEdit: (message: string) => void;
  onDiscard: (message: string) => void;
}

/** How far a prompt is that the server is not known to have, and what can be done with it. */
export function OutgoingState(props: { message: string; outgoing: Outgoing; actions: OutgoingActions | undefined }) {
  const failed = () => props.outgoing.state === "failed";
  const free = () => failed() || props.outgoing.state === "waiting";
  return (
    <>
      <span class="outgoing-state" classList={{ failed: failed() }} data-outgoing-state={props.outgoing.state}>
        <Switch>
          <Match when={props.outgoing.state === "waiting"}>
            <Clock class="icon tiny" />
            {props.actions?.connected ? "Waiting for the message before" : "Waiting for the connection"}
          </Match>
          <Match when={props.outgoing.state === "sending"}>
            <Clock class="icon tiny" />
            Sending…
          </Match>
          <Match when={props.outgoing.state === "unconfirmed"}>
            <CloudAlert class="icon tiny" />
            Not confirmed; asked again when there is a connection
          </Match>
          <Match when={failed()}>
            <CircleAlert class="icon tiny" />
            Not sent
          </Match>
        </Switch>
      </span>
      <Show when={free() && props.actions}>
        {(actions) => (
          <span class="outgoing-actions">
            <Show when={failed()}>
              <button type="button" class="outgoing-action" onClick={() => actions().onRetry(props.message)}>
                Retry
              </button>
            </Show>
            <button type="button" class="outgoing-action" onClick={() => actions().onEdit(props.message)}>
              Edit
            </button>
            <button type="button" class="outgoing-action" onClick={() => actions().onDiscard(props.message)}>
              Discard
            </button>
          </span>
        )}
      </Show>
    </>
  );
}
