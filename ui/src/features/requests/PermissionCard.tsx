import ShieldQuestionMark from "lucide-solid/icons/shield-question-mark";
import { createSignal, Show } from "solid-js";
import { problemOf } from "../../backend/backend";
import { useBackend } from "../../backend/context";
import type { PermissionReply, PermissionView, Problem } from "../../backend/types";
import { Button } from "../../shared/Button";
import { DiffLines } from "../../shared/DiffLines";
import { ProblemNote } from "../../shared/ProblemNote";
import "./requests.css";

/** A request for permission, with the answers that can be given. */
export function PermissionCard(props: {
  instance: string;
  permission: PermissionView;
  /** The title of the session that asks, where it is not the one that is looked at. */
  asker: string | null;
}) {
  const backend = useBackend();
  const [denying, setDenying] = createSignal(false);
  const [reason, setReason] = createSignal("");
  const [sending, setSending] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem | null>(null);

  const answer = async (reply: PermissionReply) => {
    if (sending()) return;
    setSending(true);
    setProblem(null);
    const message = reply === "reject" ? reason().trim() || null : null;
    try {
      await backend.replyPermission(props.instance, props.permission.id, reply, message);
    } catch (failure) {
      setProblem(problemOf(failure));
    } finally {
      setSending(false);
    }
  };
  const alwaysWords = () => props.permission.always.join(", ");

  return (
    // biome-ignore lint/a11y/useSemanticElements: not a part of a form
    <div
      class="request"
      role="group"
      aria-label="Permission request"
      data-permission-id={props.permission.id}
      data-kind={props.permission.kind}
    >
      <div class="request-head">
        <ShieldQuestionMark class="icon request-icon" />
        <span class="request-title">{props.permission.title}</span>
        <Show when={props.asker}>
          <span class="muted truncate">asked by {props.asker}</span>
        </Show>
      </div>
      <Show when={props.permission.detail}>
        {(detail) => (
          <div class="request-detail" classList={{ diffed: props.permission.detail_is_diff }}>
            <Show when={props.permission.detail_is_diff} fallback={<pre class="request-text">{detail()}</pre>}>
              <DiffLines diff={detail()} />
            </Show>
          </div>
        )}
      </Show>
      <Show when={problem()}>{(now) => <ProblemNote message={now().message} detail={now().detail} />}</Show>
      <div class="request-actions">
        <Button look="primary" disabled={sending()} onClick={() => answer("once")}>
          Allow once
        </Button>
        <Button
          disabled={sending()}
          title={alwaysWords() ? `Allows from now on: ${alwaysWords()}` : undefined}
          onClick={() => answer("always")}
        >
          Always allow
        </Button>
        <Button disabled={sending()} onClick={() => answer("reject")}>
          Deny
        </Button>
        <Show
          when={denying()}
          fallback={
            <Button look="plain" class="request-more" onClick={() => setDenying(true)}>
              Say why…
            </Button>
          }
        >
          <input
            class="field request-reason"
            type="text"
            aria-label="Reason for denying"
            placeholder="What to do instead; sent with Deny"
            value={reason()}
            ref={(element) => queueMicrotask(() => element.focus())}
            onInput={(event) => setReason(event.currentTarget.value)}
            onKeyDown={(event) => event.key === "Enter" && reason().trim() && answer("reject")}
          />
        </Show>
      </div>
      <Show when={alwaysWords()}>
        <p class="request-always truncate" title={alwaysWords()}>
          Always covers <span class="mono">{alwaysWords()}</span>
        </p>
      </Show>
    </div>
  );
}
