import Activity from "lucide-solid/icons/activity";
import CornerDownRight from "lucide-solid/icons/corner-down-right";
import Plus from "lucide-solid/icons/plus";
import ScrollText from "lucide-solid/icons/scroll-text";
import X from "lucide-solid/icons/x";
import { createEffect, For, type JSX, Show } from "solid-js";
import type { Focus, SessionRow } from "../../backend/types";
import { IconButton } from "../../shared/Button";
import { onTablistKey } from "../../shared/roving";
import { SESSION_WORDS, SessionMark, UNSEEN_WORDS } from "./SessionMark";
import "./sessions.css";

/** The second level of tabs: the open sessions, Logs and Events. */
export function SessionTabs(props: {
  tabs: string[];
  sessions: Record<string, SessionRow>;
  focus: Focus;
  /** The sidebar is not there, so that making a session falls to the button here. */
  alone: boolean;
  /** Why no session can be made now, where none can. */
  noServer: string | null;
  before?: JSX.Element;
  onLook: (focus: Focus) => void;
  onClose: (session: string) => void;
  onNew: () => void;
}) {
  const focused = () => (props.focus.kind === "session" ? props.focus.id : null);
  return (
    <div class="session-bar">
      {props.before}
      <div class="session-tabs" role="tablist" aria-label="Sessions" onKeyDown={onTablistKey}>
        <For each={props.tabs}>
          {(id, index) => (
            <SessionTab
              id={id}
              session={props.sessions[id]}
              selected={focused() === id}
              reachable={focused() === id || (props.focus.kind === "start" && index() === 0)}
              onLook={() => props.onLook({ kind: "session", id })}
              onClose={() => props.onClose(id)}
            />
          )}
        </For>
        <div class="place-tabs" role="presentation">
          <PlaceTab
            name="Logs"
            selected={props.focus.kind === "logs"}
            reachable={props.focus.kind === "logs" || (props.focus.kind === "start" && props.tabs.length === 0)}
            onLook={() => props.onLook({ kind: "logs" })}
          >
            <ScrollText class="icon small" />
          </PlaceTab>
          <PlaceTab
            name="Events"
            selected={props.focus.kind === "events"}
            reachable={props.focus.kind === "events"}
            onLook={() => props.onLook({ kind: "events" })}
          >
            <Activity class="icon small" />
          </PlaceTab>
        </div>
      </div>
      <IconButton
        label={props.alone ? "New session" : "New tab"}
        title={props.noServer ?? (props.alone ? "New session" : "New tab")}
        disabled={props.noServer !== null}
        onClick={() => props.onNew()}
      >
        <Plus class="icon" />
      </IconButton>
    </div>
  );
}

/** A tab that is always there. */
function PlaceTab(props: {
  name: string;
  selected: boolean;
  reachable: boolean;
  onLook: () => void;
  children: JSX.Element;
}) {
  return (
    <div class="session-tab place-tab" classList={{ selected: props.selected }} role="presentation">
      <button
        type="button"
        class="session-tab-button"
        role="tab"
        aria-label={props.name}
        aria-selected={props.selected}
        tabindex={props.reachable ? 0 : -1}
        title={props.name}
        onClick={() => props.onLook()}
      >
        {props.children}
        <span class="place-name">{props.name}</span>
      </button>
    </div>
  );
}

function SessionTab(props: {
  id: string;
  session: SessionRow | undefined;
  selected: boolean;
  reachable: boolean;
  onLook: () => void;
  onClose: () => void;
}) {
  let tab: HTMLDivElement | undefined;
  const title = () => props.session?.title ?? "Session";
  const state = () => props.session?.state ?? "idle";
  const unseen = () => props.session?.unseen ?? false;
  const description = () => {
    const waiting = props.session?.waiting ?? 0;
    return [SESSION_WORDS[state()], waiting > 0 && `${waiting} waiting for you`, unseen() && UNSEEN_WORDS]
      .filter(Boolean)
      .join(", ");
  };
  createEffect(() => {
    if (props.selected) tab?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  });
  return (
    <div class="session-tab" classList={{ selected: props.selected }} role="presentation" ref={tab}>
      <button
        type="button"
        class="session-tab-button"
        role="tab"
        aria-label={title()}
        aria-description={description()}
        aria-selected={props.selected}
        tabindex={props.reachable ? 0 : -1}
        data-session-id={props.id}
        data-state={state()}
        data-unseen={unseen() || undefined}
        data-parent-id={props.session?.parent ?? undefined}
        title={title()}
        onClick={() => props.onLook()}
        onKeyDown={(event) => event.key === "Delete" && props.onClose()}
        onAuxClick={(event) => event.button === 1 && props.onClose()}
      >
        <Show when={props.session?.parent}>
          <CornerDownRight class="icon small tab-child" />
        </Show>
        <span class="truncate">{title()}</span>
        <Show when={(props.session?.waiting ?? 0) > 0} fallback={<SessionMark state={state()} />}>
          <span class="badge">{props.session?.waiting}</span>
        </Show>
        <Show when={unseen()}>
          <span class="unseen" />
        </Show>
      </button>
      <IconButton class="tab-close" label={`Close tab ${title()}`} tiny tabindex={-1} onClick={() => props.onClose()}>
        <X class="icon small" />
      </IconButton>
    </div>
  );
}
