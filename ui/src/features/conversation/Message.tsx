import { For, Show } from "solid-js";
import type { MessageView, PartView, Problem } from "../../backend/types";
import { CopyButton } from "../../shared/CopyButton";
import { costWords } from "../../shared/cost";
import { ProblemNote } from "../../shared/ProblemNote";
import { clockWords, dateWords } from "../../shared/time";
import { type OutgoingActions, OutgoingState } from "./OutgoingState";
import { Part } from "./Parts";
import { continues, writerOf } from "./turn";

/** Codes of endings that the person asked for: said, but not as an error. */
const QUIET_CODES = new Set(["aborted", "stopped", "interrupted", "cancelled"]);

/** One message with its parts. */
export function Message(props: {
  message: MessageView;
  previous: MessageView | undefined;
  waits: (part: PartView) => boolean;
  feed: number;
  /** What can be done with a prompt that the server does not have. */
  outgoing?: OutgoingActions;
  /** What it cost, with those that go on with it, in US dollars. */
  cost?: number;
  /** Its words in Markdown, to be copied. */
  onCopy?: () => Promise<string>;
  onExpand: (part: string, expanded: boolean) => void;
  onOpenSession: (session: string) => void;
}) {
  const user = () => props.message.role === "user";
  const writer = () => writerOf(props.message);
  const continued = () => continues(props.message, props.previous);
  return (
    <article
      class="message"
      classList={{ user: user(), continued: continued() }}
      aria-label={writer()}
      data-message-id={props.message.id}
      data-role={props.message.role}
      data-state={props.message.state}
      data-queued={props.message.queued || undefined}
      data-outgoing={props.message.outgoing?.state}
      aria-busy={props.message.state === "streaming"}
    >
      <Show when={!continued()}>
        <header class="message-head" data-anchor={`m:${props.message.id}`}>
          <span class="message-writer">{writer()}</span>
          <Show when={props.message.queued}>
            <span class="message-queued">Queued</span>
          </Show>
          <Show when={props.message.outgoing}>
            {(outgoing) => <OutgoingState message={props.message.id} outgoing={outgoing()} actions={props.outgoing} />}
          </Show>
          <Show when={!props.message.outgoing}>
            <time
              class="message-time numbers"
              datetime={new Date(props.message.created).toISOString()}
              title={dateWords(props.message.created)}
            >
              {clockWords(props.message.created)}
            </time>
            <span class="message-more">
              <Show when={costWords(props.cost ?? 0)}>{(words) => <span class="numbers">{words()}</span>}</Show>
              <Show when={props.onCopy}>
                {(copy) => <CopyButton label={user() ? "Copy message" : "Copy answer"} text={copy()} />}
              </Show>
            </span>
          </Show>
        </header>
      </Show>
      <For each={props.message.parts}>
        {(part) => (
          <Part
            part={part}
            waits={props.waits}
            feed={props.feed}
            onExpand={props.onExpand}
            onOpenSession={props.onOpenSession}
          />
        )}
      </For>
      <Show when={failedWith(props.message)}>
        {(problem) => <ProblemNote message={problem().message} detail={problem().detail} code={problem().code} />}
      </Show>
      <Show when={props.message.problem}>
        {(problem) => (
          <Show
            when={QUIET_CODES.has(problem().code)}
            fallback={<ProblemNote message={problem().message} detail={problem().detail} code={problem().code} />}
          >
            <p class="message-ending" data-problem={problem().code}>
              {problem().message}
            </p>
          </Show>
        )}
      </Show>
    </article>
  );
}

/** Why a prompt could not be sent. */
function failedWith({ outgoing }: MessageView): Problem | null {
  return outgoing?.state === "failed" ? outgoing.problem : null;
}
