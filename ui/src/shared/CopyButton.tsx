import Check from "lucide-solid/icons/check";
import Copy from "lucide-solid/icons/copy";
import { createSignal, onCleanup, Show } from "solid-js";
import { IconButton } from "./Button";
import { copyText } from "./copy";

/** Copies `text()`, and shows for a moment that it did. */
export function CopyButton(props: { label: string; text: () => string | Promise<string> }) {
  const [copied, setCopied] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const copy = async () => {
    if (!(await copyText(await props.text()))) return;
    setCopied(true);
    clearTimeout(timer);
    timer = setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <IconButton label={copied() ? "Copied" : props.label} tiny onClick={copy}>
      <Show when={copied()} fallback={<Copy class="icon small" />}>
        <Check class="icon small" />
      </Show>
    </IconButton>
  );
}
