import { For } from "solid-js";
import { diffLines } from "./diff";
import "./controls.css";

/** A unified diff, line by line. */
export function DiffLines(props: { diff: string }) {
  return (
    <pre class="diff">
      <For each={diffLines(props.diff)}>
        {({ text, kind }) => <span class={`diff-line ${kind}`}>{text || " "}</span>}
      </For>
    </pre>
  );
}
