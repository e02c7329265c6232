import CircleAlert from "lucide-solid/icons/circle-alert";
import X from "lucide-solid/icons/x";
import { type JSX, Show } from "solid-js";
import { IconButton } from "./Button";
import { CopyButton } from "./CopyButton";

/** What went wrong, where the person acted; it can be copied. */
export function ProblemNote(props: {
  message: string;
  detail: string | null;
  code?: string;
  children?: JSX.Element;
  onDismiss?: () => void;
}) {
  const text = () => [props.message, props.detail].filter(Boolean).join("\n\n");
  return (
    <div class="problem" role="alert" data-problem={props.code}>
      <div class="problem-line">
        <CircleAlert class="icon small" />
        <span class="problem-text">{props.message}</span>
        <CopyButton label="Copy error" text={text} />
        <Show when={props.onDismiss}>
          {(dismiss) => (
            <IconButton label="Dismiss" tiny onClick={() => dismiss()()}>
              <X class="icon small" />
            </IconButton>
          )}
        </Show>
      </div>
      <Show when={props.detail}>
        <pre class="problem-detail">{props.detail}</pre>
      </Show>
      {props.children}
    </div>
  );
}
