import { createMemo, Index } from "solid-js";
import type { Block } from "../../backend/types";
import { RenderedBlock } from "./RenderedBlock";
import "./markdown.css";
import "../../shared/code.css";

/** How the core begins the further parts of a long code block. */
const CONTINUED = '<pre class="continued"';

/**
 * Rendered text. Blocks are counted, so that each keeps its element, and only one that changed is set anew. The parts of
 * a long code block are one. While the text is `open`, its last block may change.
 */
export function Blocks(props: { blocks: Block[]; open?: boolean }) {
  const starts = createMemo<number[]>(
    () => props.blocks.flatMap((block, at) => (at > 0 && block.html.startsWith(CONTINUED) ? [] : [at])),
    [],
    { equals: (a, b) => a.length === b.length && a.every((start, i) => start === b[i]) },
  );
  return (
    <div class="markdown">
      <Index each={starts()}>
        {(start, i) => (
          <RenderedBlock
            blocks={props.blocks}
            from={start()}
            to={starts()[i + 1] ?? props.blocks.length}
            open={props.open === true && i === starts().length - 1}
          />
        )}
      </Index>
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
