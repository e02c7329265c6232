import { createMemo, For, Index } from "solid-js";
import type { Block } from "../../backend/types";
import { RenderedBlock } from "./RenderedBlock";
import "./markdown.css";
import "../../shared/code.css";

/** How the core begins the further parts of a long code block. */
const CONTINUED = '<pre class="continued"';

/** So many blocks stand in an element of their own: what a new one costs does not grow with those that are there. */
const STRETCH = 32;

/**
 * Rendered text. Blocks are counted, so that each keeps its element, and only one that changed is set anew. The parts of
 * a long code block are one. While the text is `open`, its last block may change.
 */
export function Blocks(props: { blocks: Block[]; open?: boolean }) {
  const stretches = createMemo<number[]>((before) => {
    const count = Math.ceil(props.blocks.length / STRETCH);
    return count === before.length ? before : Array.from({ length: count }, (_, at) => at * STRETCH);
  }, []);
  return (
    <div class="markdown">
      <For each={stretches()}>{(from) => <Stretch blocks={props.blocks} from={from} open={props.open === true} />}</For>
    </div>
  );
}

/** The blocks that begin in a stretch; a long code block belongs to the stretch that it begins in. */
function Stretch(props: { blocks: Block[]; from: number; open: boolean }) {
  const isContinued = (at: number) => at > 0 && props.blocks[at]?.html.startsWith(CONTINUED) === true;
  const end = createMemo(() => {
    let at = props.from;
    while (at < props.from + STRETCH ? props.blocks[at] : isContinued(at)) at += 1;
    return at;
  });
  const starts = createMemo<number[]>(
    () => {
      const to = Math.min(end(), props.from + STRETCH);
      const all = Array.from({ length: Math.max(0, to - props.from) }, (_, i) => props.from + i);
      return all.filter((at) => !isContinued(at));
    },
    [],
    { equals: (a, b) => a.length === b.length && a.every((start, i) => start === b[i]) },
  );
  // Not written into the JSX below, where a condition becomes a memo of whoever reads it: an effect that owns one runs
  // before the document is changed.
  const isOpen = (i: number) => i === starts().length - 1 && props.open && !props.blocks[end()];
  return (
    <div class="stretch">
      <Index each={starts()}>
        {(start, i) => (
          <RenderedBlock blocks={props.blocks} from={start()} to={starts()[i + 1] ?? end()} open={isOpen(i)} />
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
