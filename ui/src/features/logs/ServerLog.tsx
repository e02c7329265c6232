import ArrowDown from "lucide-solid/icons/arrow-down";
import { createEffect, createSignal, For, on, onMount, Show } from "solid-js";
import type { FolderRow, LogLine, ServerDetails } from "../../backend/types";
import { Button } from "../../shared/Button";
import { CopyButton } from "../../shared/CopyButton";
import "./logs.css";

const SOURCES: Record<string, string> = {
  environment: "from OUTRIDER_OPENCODE",
  setting: "from the settings",
  path: "found on PATH",
  bundled: "the bundled one",
};

/** Within this many pixels of the end, new lines are followed. */
const END_TOLERANCE = 24;

/** The server's output, live, and which server it is. */
export function ServerLog(props: { lines: LogLine[]; server: ServerDetails; folder: FolderRow }) {
  let view: HTMLDivElement | undefined;
  const [following, setFollowing] = createSignal(true);
  const toEnd = () => {
    if (view) view.scrollTop = view.scrollHeight;
  };
  onMount(toEnd);
  createEffect(
    on(
      () => props.lines.at(-1)?.number,
      () => following() && queueMicrotask(toEnd),
    ),
  );
  const onScroll = () => {
    if (view) setFollowing(view.scrollHeight - view.clientHeight - view.scrollTop <= END_TOLERANCE);
  };
  const text = () => props.lines.map((line) => `${clock(line.at)} ${line.stream} ${line.text}`).join("\n");
  return (
    <div class="logs">
      <dl class="log-details">
        <Detail name="Binary" value={props.server.binary} note={sourceWords(props.server.binary_source)} />
        <Detail name="PATH" value={props.server.path} note={props.server.path_source} />
        <Detail name="Process" value={props.server.pid === null ? null : String(props.server.pid)} note={null} />
        <Detail name="Folder" value={props.folder.path} note={null} />
      </dl>
      <div class="log-head">
        <span class="muted">Output</span>
        <CopyButton label="Copy log" text={text} />
      </div>
      <div class="log-frame">
        <div
          class="log-lines"
          role="log"
          aria-label="Server log"
          aria-live="off"
          tabindex={0}
          ref={view}
          onScroll={onScroll}
        >
          <For each={props.lines} fallback={<p class="muted log-empty">The server has not written anything yet.</p>}>
            {(line) => (
              <div class="log-line" data-stream={line.stream} data-level={levelOf(line)}>
                <span class="log-time">{clock(line.at)}</span>
                <span class="log-text">{line.text || " "}</span>
              </div>
            )}
          </For>
        </div>
        <Show when={!following()}>
          <div class="jump-place">
            <Button
              class="jump"
              onClick={() => {
                setFollowing(true);
                toEnd();
              }}
            >
              <ArrowDown class="icon small" />
              Jump to latest
            </Button>
          </div>
        </Show>
      </div>
    </div>
  );
}

function Detail(props: { name: string; value: string | null; note: string | null }) {
  return (
    <Show when={props.value}>
      <dt>{props.name}</dt>
      <dd>
        <span class="mono log-value">{props.value}</span>
        <Show when={props.note}>
          <span class="muted"> {props.note}</span>
        </Show>
      </dd>
    </Show>
  );
}

function sourceWords(source: string | null): string | null {
  return source === null ? null : (SOURCES[source] ?? source);
}

/** How serious a line is. Its stream does not say it: OpenCode writes all of its log to standard error. */
function levelOf(line: LogLine): string | undefined {
  return /^(WARN|ERROR)\b/.exec(line.text)?.[1]?.toLowerCase();
}

function clock(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((n) => String(n).padStart(2, "0")).join(":");
}
