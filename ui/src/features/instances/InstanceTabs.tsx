import FolderPlus from "lucide-solid/icons/plus";
import X from "lucide-solid/icons/x";
import { createSignal, For, Show } from "solid-js";
import type { InstanceRow, InstanceStatus } from "../../backend/types";
import { Button, IconButton } from "../../shared/Button";
import { Dialog } from "../../shared/Dialog";
import { onTablistKey } from "../../shared/roving";
import "./instances.css";

/** What a tab shows of its instance besides the folder's name. */
export interface TabState {
  status: InstanceStatus["status"];
  /** Requests that wait for the person. */
  waiting: number;
  /** Sessions that run. */
  running: number;
  /** Sessions that ended while nobody looked at them. */
  unseen: number;
  /** Rules answer its requests for permission. */
  ruled: boolean;
}

const STATUS_LOOK = { starting: "", ready: "good", error: "bad", stopped: "off" } as const;
const STATUS_WORDS = { starting: "starting", ready: "ready", error: "error", stopped: "stopped" } as const;

/** The first level of tabs: one for each opened folder. */
export function InstanceTabs(props: {
  instances: InstanceRow[];
  active: string | null;
  stateOf: (instance: string) => TabState;
  onSelect: (instance: string) => void;
  onClose: (instance: string) => void;
  onOpenFolder: () => void;
}) {
  const [closing, setClosing] = createSignal<InstanceRow | null>(null);
  const close = (row: InstanceRow) => {
    if (props.stateOf(row.id).running > 0) setClosing(row);
    else props.onClose(row.id);
  };
  return (
    <div class="instance-bar">
      <div class="instance-tabs" role="tablist" aria-label="Instances" onKeyDown={onTablistKey}>
        <For each={props.instances}>
          {(row, index) => (
            <InstanceTab
              row={row}
              state={props.stateOf(row.id)}
              selected={props.active === row.id}
              reachable={props.active === row.id || (props.active === null && index() === 0)}
              onSelect={() => props.onSelect(row.id)}
              onClose={() => close(row)}
            />
          )}
        </For>
      </div>
      <IconButton label="Open folder" onClick={() => props.onOpenFolder()}>
        <FolderPlus class="icon" />
      </IconButton>
      <Show when={closing()}>
        {(row) => (
          <Dialog title={`Close ${row().folder.name}?`} onClose={() => setClosing(null)}>
            <div class="dialog-body">
              <p class="muted">
                {props.stateOf(row().id).running === 1 ? "A session is" : "Sessions are"} still running in it. Closing
                stops the work; what was written so far stays in the session.
              </p>
            </div>
            <div class="dialog-actions">
              <Button look="primary" onClick={() => setClosing(null)}>
                Keep open
              </Button>
              <Button
                look="danger"
                onClick={() => {
                  const { id } = row();
                  setClosing(null);
                  props.onClose(id);
                }}
              >
                Stop and close
              </Button>
            </div>
          </Dialog>
        )}
      </Show>
    </div>
  );
}

function InstanceTab(props: {
  row: InstanceRow;
  state: TabState;
  selected: boolean;
  reachable: boolean;
  onSelect: () => void;
  onClose: () => void;
}) {
  const name = () => [props.row.folder.name, props.row.folder.hint].filter(Boolean).join(" ");
  const description = () =>
    [
      STATUS_WORDS[props.state.status],
      props.state.running > 0 && `${props.state.running} running`,
      props.state.waiting > 0 && `${props.state.waiting} waiting for you`,
      props.state.unseen > 0 && `${props.state.unseen} finished, not looked at yet`,
      props.state.ruled && "permission requests are answered by rules",
    ]
      .filter(Boolean)
      .join(", ");
  return (
    <div class="instance-tab" classList={{ selected: props.selected }} role="presentation">
      <button
        type="button"
        class="instance-tab-button"
        role="tab"
        aria-label={name()}
        aria-description={description()}
        aria-selected={props.selected}
        tabindex={props.reachable ? 0 : -1}
        data-instance-id={props.row.id}
        data-status={props.state.status}
        data-unseen={props.state.unseen || undefined}
        title={`${props.row.folder.display_path} · ${description()}`}
        onClick={() => props.onSelect()}
        onKeyDown={(event) => event.key === "Delete" && props.onClose()}
        onAuxClick={(event) => event.button === 1 && props.onClose()}
      >
        <Show
          when={props.state.status === "starting" || (props.state.running > 0 && props.state.waiting === 0)}
          fallback={<span class={`status-dot ${STATUS_LOOK[props.state.status]}`} />}
        >
          <span class="spinner" />
        </Show>
        <span class="truncate">{props.row.folder.name}</span>
        <Show when={props.row.folder.hint}>
          <span class="instance-hint truncate">{props.row.folder.hint}</span>
        </Show>
        <Show when={props.state.waiting > 0}>
          <span class="badge">{props.state.waiting}</span>
        </Show>
        <Show when={props.state.unseen > 0 && props.state.waiting === 0}>
          <span class="unseen" />
        </Show>
      </button>
      <IconButton class="tab-close" label={`Close ${name()}`} tiny tabindex={-1} onClick={() => props.onClose()}>
        <X class="icon small" />
      </IconButton>
    </div>
  );
}
