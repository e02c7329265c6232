import Info from "lucide-solid/icons/info";
import ShieldAlert from "lucide-solid/icons/shield-alert";
import X from "lucide-solid/icons/x";
import { For, Show } from "solid-js";
import type { Notice } from "../../backend/types";
import { IconButton } from "../../shared/Button";
import "./notices.css";

/** What happened without the person; each stays until they dismiss it. */
export function Notices(props: {
  notices: Notice[];
  /** The title of a notice's session, where it is not the one that is looked at. */
  titleOf: (session: string) => string | null;
  onDismiss: (number: number) => void;
}) {
  return (
    <Show when={props.notices.length > 0}>
      <ul class="notices" aria-label="Notices">
        <For each={props.notices}>
          {(notice) => (
            <li class="notice" data-notice={notice.problem.code}>
              <div class="notice-line">
                <Mark code={notice.problem.code} />
                {/* Only the sentence: a live region says all that is in it. */}
                <span class="notice-text" role="status">
                  {notice.problem.message}
                  <Show when={notice.session && props.titleOf(notice.session)}>
                    {(title) => <span class="muted"> In {title()}.</span>}
                  </Show>
                </span>
                <Show when={notice.problem.code !== "server_restarting"}>
                  <IconButton label="Dismiss notice" tiny onClick={() => props.onDismiss(notice.number)}>
                    <X class="icon small" />
                  </IconButton>
                </Show>
              </div>
              <Show when={notice.problem.detail}>
                <details class="notice-more">
                  <summary>{notice.session ? "What was asked" : "Its last lines"}</summary>
                  <pre class="notice-detail">{notice.problem.detail}</pre>
                </details>
              </Show>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}

function Mark(props: { code: string }) {
  return (
    <Show when={props.code !== "server_restarting"} fallback={<span class="spinner" />}>
      <Show when={props.code === "permission_answered_elsewhere"} fallback={<Info class="icon small" />}>
        <ShieldAlert class="icon small" />
      </Show>
    </Show>
  );
}
