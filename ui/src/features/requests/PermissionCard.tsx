import ShieldQuestionMark from "lucide-solid/icons/shield-question-mark";
import { createSignal, For, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import { problemOf } from "../../backend/backend";
import { useBackend } from "../../backend/context";
import type { PermissionReply, PermissionView, Problem } from "../../backend/types";
import { Button } from "../../shared/Button";
import { ProblemNote } from "../../shared/ProblemNote";
import { CardHead, type DiffBody, type DiffView, Key, type Place, PlaceLine } from "./Card";
import { type CardKey, createCardKeys } from "./keys";
import { useRules } from "./opening";
import "./requests.css";

/** A request for permission, with the answers that can be given. */
export function PermissionCard(props: {
  instance: string;
  permission: PermissionView;
  /** The title of the session that asks, where it is not the one that is looked at. */
  asker: string | null;
  diff: DiffView;
  /** Where it comes from, when it is shown elsewhere. */
  place?: Place;
  onAnswer?: () => void;
}) {
  const backend = useBackend();
  const openRules = useRules();
  const [denying, setDenying] = createSignal(false);
  const [reason, setReason] = createSignal("");
  const [sending, setSending] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem | null>(null);

  const answer = async (reply: PermissionReply) => {
    if (sending()) return;
    setSending(true);
    setProblem(null);
    props.onAnswer?.();
    const message = reply === "reject" ? reason().trim() || null : null;
    try {
      await backend.replyPermission(props.instance, props.permission.id, reply, message);
    } catch (failure) {
      setProblem(problemOf(failure));
    } finally {
      setSending(false);
    }
  };
  const keys = createCardKeys((key: CardKey) => {
    if (typeof key === "object") return false;
    if (key === "reason") setDenying(true);
    else answer(key === "send" ? "once" : key);
    return true;
  });
  const changes = (): DiffBody | null => {
    const { diff } = props.permission;
    return diff?.kind === "diff" ? diff : null;
  };
  const access = {
    rows: (from: number, to: number) => backend.requestRows(props.instance, props.permission.id, from, to),
    text: async () => null,
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: not a part of a form
    <div
      class="request"
      role="group"
      aria-label="Permission request"
      tabindex={0}
      data-permission-id={props.permission.id}
      data-kind={props.permission.kind}
      {...keys.on}
    >
      <Show when={props.place}>{(place) => <PlaceLine place={place()} />}</Show>
      <CardHead
        icon={<ShieldQuestionMark class="icon request-icon" />}
        title={props.permission.title}
        asker={props.asker}
        asked={props.permission.asked}
      />
      <Show when={props.permission.detail}>
        {(detail) => (
          <div class="request-detail">
            <pre class="request-text">{detail()}</pre>
          </div>
        )}
      </Show>
      <Show when={changes()}>{(body) => <Dynamic component={props.diff} body={body()} access={access} />}</Show>
      <Show when={problem()}>{(now) => <ProblemNote message={now().message} detail={now().detail} />}</Show>
      <div class="request-actions">
        <Button
          look="primary"
          aria-label="Allow once"
          disabled={sending()}
          aria-keyshortcuts="A Enter"
          onClick={() => answer("once")}
        >
          Allow once
          <Key shown={keys.armed()} name="A" />
        </Button>
        <Button
          aria-label="Always allow"
          disabled={sending()}
          aria-keyshortcuts="Shift+A"
          onClick={() => answer("always")}
        >
          Always allow
          <Key shown={keys.armed()} name="⇧A" />
        </Button>
        <Button aria-label="Deny" disabled={sending()} aria-keyshortcuts="D" onClick={() => answer("reject")}>
          Deny
          <Key shown={keys.armed()} name="D" />
        </Button>
        <Show
          when={denying()}
          fallback={
            <Button
              look="plain"
              class="request-more"
              aria-label="Say why…"
              aria-keyshortcuts="R"
              onClick={() => setDenying(true)}
            >
              Say why…
              <Key shown={keys.armed()} name="R" />
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
      <div class="request-foot">
        <Show when={props.permission.always.length > 0}>
          <p class="request-always">
            Always covers{" "}
            <For each={props.permission.always}>{(pattern) => <code class="request-pattern">{pattern}</code>}</For>
            {" until OpenCode ends"}
          </p>
        </Show>
        <Show when={openRules !== undefined && props.permission.pattern}>
          {(pattern) => (
            <button
              type="button"
              class="request-open request-rule"
              title="Answer such requests by a rule"
              onClick={() =>
                openRules?.(props.instance, {
                  kind: props.permission.kind,
                  pattern: pattern(),
                  answer: "allow",
                  reason: null,
                })
              }
            >
              Make a rule…
            </button>
          )}
        </Show>
      </div>
    </div>
  );
}
