import { Index } from "solid-js";
import type { Block } from "../../backend/types";
import "./markdown.css";

/** Rendered text. Blocks are counted, so that each keeps its element, and only one that changed is set anew. */
export function Blocks(props: { blocks: Block[] }) {
  return (
    <div class="markdown">
      <Index each={props.blocks}>{(block) => <div class="block" innerHTML={block().html} />}</Index>
    </div>
  );
}

/** Says that text is missing. */
export function Gap(props: { open: boolean }) {
  return (
    <p class="gap">
      Some text was lost while the connection was down
      {props.open ? "; it appears when the answer's part ends." : ". It does not come back."}
    </p>
  );
}
