import GitBranch from "lucide-solid/icons/git-branch";
import RefreshCw from "lucide-solid/icons/refresh-cw";
import ShieldCheck from "lucide-solid/icons/shield-check";
import { createSignal, Show } from "solid-js";
import type { Connection, FolderRow, InstanceView } from "../../backend/types";
import { Button, IconButton } from "../../shared/Button";
import { createNow } from "../../shared/time";
import { connectionWords } from "./connection";
import "./status.css";

const LOOK = { connecting: "warn", connected: "good", reconnecting: "warn", disconnected: "bad" } as const;
/** What is said aloud: each change of state, but not each second of a countdown. */
const SPOKEN = {
  connecting: "Connecting",
  connected: "Connected",
  reconnecting: "Connection lost, reconnecting",
  disconnected: "Disconnected",
} as const;

/** The line at the bottom: the connection, the server, the folder, and what waits. */
export function StatusBar(props: {
  view: InstanceView;
  folder: FolderRow;
  /** Requests that wait in all folders. */
  waiting: number;
  onRetry: () => void;
  onInbox: () => void;
  /** Opens the automatic answers of this folder. */
  onRules: () => void;
}) {
  const elsewhere = () => props.waiting - props.view.waiting;
  const where = () => (elsewhere() > 0 ? `${props.view.waiting} in this folder, ${elsewhere()} in others` : "");
  const connection = () => props.view.connection;
  const why = () => {
    const now = connection();
    return now.state === "disconnected" ? (now.problem?.message ?? null) : null;
  };
  const waitsToRetry = () => {
    const now = connection();
    return now.state === "reconnecting" && now.attempt > 0 && props.view.status.status === "ready";
  };
  // Where no server runs, the panel above says why and offers to start one; there is nothing to connect to.
  const canRetry = () => {
    const now = connection();
    return now.state === "disconnected" && (props.view.status.status === "ready" || now.problem !== null);
  };
  const [checking, setChecking] = createSignal(false);
  // What it finds shows in the connection's own words; the turn says that it was asked for.
  const check = () => {
    setChecking(true);
    props.onRetry();
  };
  return (
    <footer class="status-bar">
      <div
        class="status-connection"
        role="status"
        aria-label="Connection"
        aria-live="off"
        data-state={connection().state}
        title={why() ?? undefined}
      >
        <span class={`status-dot ${LOOK[connection().state]}`} />
        <Show
          when={connection().state === "reconnecting"}
          fallback={<span>{connectionWords(connection(), 0)}</span>}
          keyed
        >
          <Countdown connection={connection()} />
        </Show>
        <Show when={connection().state === "connected"}>
          <IconButton label="Check connection" tiny class="status-check" onClick={check}>
            <RefreshCw class={`icon small ${checking() ? "turning" : ""}`} onAnimationEnd={() => setChecking(false)} />
          </IconButton>
        </Show>
        <Show when={waitsToRetry()}>
          <Button class="status-retry" onClick={() => props.onRetry()}>
            Try now
          </Button>
        </Show>
        <Show when={canRetry()}>
          <Button class="status-retry" onClick={() => props.onRetry()}>
            Retry
          </Button>
        </Show>
      </div>
      <span class="visually-hidden" aria-live="polite">
        {SPOKEN[connection().state]}
      </span>
      <Show when={why()}>
        <span class="status-item truncate status-why">{why()}</span>
      </Show>
      <Show when={props.view.server.version}>
        <span class="status-item status-version">opencode {props.view.server.version}</span>
      </Show>
      <span class="status-item truncate" title={props.folder.path}>
        {props.folder.display_path}
      </span>
      <Show when={props.view.branch}>
        <span class="status-item status-branch">
          <GitBranch class="icon small" />
          <span class="truncate">{props.view.branch}</span>
        </span>
      </Show>
      <span class="status-space" />
      <AutoAnswers status={props.view.auto_answers} onOpen={props.onRules} />
      <Show when={props.waiting > 0}>
        <button
          type="button"
          class="status-waiting"
          aria-haspopup="dialog"
          aria-description={where() || undefined}
          aria-keyshortcuts="Control+I Meta+I"
          title={[where(), "Show what waits for you (Ctrl+I)"].filter(Boolean).join(". ")}
          onClick={() => props.onInbox()}
        >
          {props.waiting} waiting
        </button>
      </Show>
    </footer>
  );
}

/** Whether requests are answered without the person; it is said in words only while they are. */
function AutoAnswers(props: { status: InstanceView["auto_answers"]; onOpen: () => void }) {
  const given = () => (props.status.given > 0 ? `, ${props.status.given} given` : "");
  return (
    <button
      type="button"
      class="status-auto"
      aria-haspopup="dialog"
      aria-label={props.status.on ? `Auto-answers on${given()}` : "Auto-answers off"}
      data-on={props.status.on || undefined}
      title={
        props.status.on
          ? "Permission requests in this folder are answered by rules. Show rules and answers"
          : "Automatic answers are off in this folder. Show rules"
      }
      onClick={() => props.onOpen()}
    >
      <ShieldCheck class="icon small" />
      <Show when={props.status.on}>
        <span>Auto-answers on</span>
        <Show when={props.status.given > 0}>
          <span class="numbers status-given">{props.status.given}</span>
        </Show>
      </Show>
    </button>
  );
}

function Countdown(props: { connection: Connection }) {
  const now = createNow(250);
  return <span class="numbers">{connectionWords(props.connection, now())}</span>;
}
