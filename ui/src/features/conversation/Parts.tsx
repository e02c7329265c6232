import Bot from "lucide-solid/icons/bot";
import ChevronRight from "lucide-solid/icons/chevron-right";
import FileDiff from "lucide-solid/icons/file-diff";
import FoldVertical from "lucide-solid/icons/fold-vertical";
import Info from "lucide-solid/icons/info";
import RotateCw from "lucide-solid/icons/rotate-cw";
import { createSignal, Match, Show, Switch } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { NoticeKind, PartBody, PartView } from "../../backend/types";
import { Attached } from "./Attached";
import { Blocks, Gap } from "./Blocks";
import { Elapsed } from "./Elapsed";
import { ToolCall } from "./tool/ToolCall";

type Body<K extends PartBody["kind"]> = Extract<PartBody, { kind: K }>;

/** One visible part of a message. */
export function Part(props: {
  part: PartView;
  /** Whether a tool call of it goes on only when the person has answered. */
  waits: (part: PartView) => boolean;
  feed: number;
  onExpand: (part: string, expanded: boolean) => void;
  onOpenSession: (session: string) => void;
}) {
  /** The body while it is of that kind. */
  const body = <K extends PartBody["kind"]>(kind: K) => {
    const now = props.part.body;
    return now.kind === kind ? (now as Body<K>) : undefined;
  };
  return (
    <div class="part" data-anchor={`p:${props.part.id}`} data-part={props.part.body.kind}>
      <Switch>
        <Match when={body("text")}>
          {(text) => (
            <>
              <Blocks blocks={text().blocks} open={text().open} />
              <Show when={text().gapped}>
                <Gap open={text().open} />
              </Show>
            </>
          )}
        </Match>
        <Match when={body("reasoning")}>{(reasoning) => <Reasoning body={reasoning()} />}</Match>
        <Match when={body("tool")}>
          {(tool) => (
            <ToolCall
              part={props.part.id}
              body={tool()}
              waiting={props.waits(props.part)}
              feed={props.feed}
              onExpand={(expanded) => props.onExpand(props.part.id, expanded)}
              onOpenSession={props.onOpenSession}
            />
          )}
        </Match>
        <Match when={body("file")}>{(body) => <Attached file={body().file} part={props.part.id} number={0} />}</Match>
        <Match when={body("notice")}>{(notice) => <Notice body={notice()} />}</Match>
      </Switch>
    </div>
  );
}

function Reasoning(props: { body: Body<"reasoning"> }) {
  const [unfolded, setUnfolded] = createSignal(false);
  return (
    <div class="reasoning" data-state={props.body.open ? "streaming" : "complete"}>
      <button type="button" class="fold" aria-expanded={unfolded()} onClick={() => setUnfolded(!unfolded())}>
        <ChevronRight class="icon small tool-twist" />
        <span>{props.body.open ? "Thinking" : "Thought"}</span>
        <Elapsed started={props.body.started} ended={props.body.ended} running={props.body.open} />
      </button>
      <Show when={unfolded()}>
        <div class="reasoning-text">
          <Blocks blocks={props.body.blocks} open={props.body.open} />
          <Show when={props.body.gapped}>
            <Gap open={props.body.open} />
          </Show>
        </div>
      </Show>
    </div>
  );
}

const NOTICE_ICONS: Record<NoticeKind, typeof Info> = {
  agent: Bot,
  subtask: Bot,
  patch: FileDiff,
  compaction: FoldVertical,
  retry: RotateCw,
  unknown: Info,
};

function Notice(props: { body: Body<"notice"> }) {
  const [unfolded, setUnfolded] = createSignal(false);
  const line = () => (
    <>
      <Dynamic component={NOTICE_ICONS[props.body.notice]} class="icon small" />
      <span class="truncate">{props.body.text}</span>
    </>
  );
  return (
    <div class="remark" data-notice={props.body.notice}>
      <Show when={props.body.detail} fallback={<div class="fold">{line()}</div>}>
        {(detail) => (
          <>
            <button type="button" class="fold" aria-expanded={unfolded()} onClick={() => setUnfolded(!unfolded())}>
              {line()}
              <ChevronRight class="icon small tool-twist" />
            </button>
            <Show when={unfolded()}>
              <pre class="tool-text tool-scroll remark-detail">{detail()}</pre>
            </Show>
          </>
        )}
      </Show>
    </div>
  );
}
