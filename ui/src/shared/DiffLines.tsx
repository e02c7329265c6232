import { For } from "solid-js";
import "./controls.css";

/** A unified diff, line by line. */
export function DiffLines(props: { diff: string }) {
  const lines = () => props.diff.replace(/\n$/, "").split("\n");
  return (
    <pre class="diff">
      <For each={lines()}>{(line) => <span class={`diff-line ${kindOf(line)}`}>{line || " "}</span>}</For>
    </pre>
  );
}

function kindOf(line: string): string {
  if (/^(\+\+\+|---|@@|diff |index |Index: |={3,}|\\ )/.test(line)) return "place";
  if (line.startsWith("+")) return "added";
  if (line.startsWith("-")) return "removed";
  return "";
}
