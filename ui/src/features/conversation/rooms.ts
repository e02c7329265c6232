import { createMemo, createSignal } from "solid-js";
import type { TranscriptView } from "../../backend/types";
import type { Reader } from "./reader";
import type { Ruler } from "./ruler";

/** The room of the messages that are known and not held, above and below those that are. */
export function createRooms(transcript: () => TranscriptView, reader: Reader, ruler: Ruler) {
  let above: HTMLElement | undefined;
  let below: HTMLElement | undefined;
  let width = 0;

  const [drawn, setDrawn] = createSignal(false);
  const size = createMemo<{ above: number; below: number }>(() => {
    const { messages, before, after } = transcript();
    drawn();
    const ids = messages.map(({ id }) => id);
    // The document is still as it was: what leaves it is measured now or never, and where it was scrolled to is a place
    // in what was there.
    reader.catchUp();
    if (above && above.offsetWidth !== width) {
      if (width > 0) ruler.forget();
      width = above.offsetWidth;
    }
    ruler.measure(reader.heights());
    ruler.align(ids, before);
    const end = before + ids.length;
    return { above: ruler.room(0, before), below: ruler.room(end, end + after) };
  });

  return {
    /** The first messages are drawn: they tell how high others may be. */
    drawn: () => setDrawn(true),
    above: () => size().above,
    below: () => size().below,
    setAbove: (element: HTMLElement) => {
      above = element;
    },
    setBelow: (element: HTMLElement) => {
      below = element;
    },
    /** How many messages are before what the view shows, where that is nothing of what is held. */
    inView(): number {
      const { messages, before } = transcript();
      const under = below ? reader.depthIn(below) : 0;
      if (under > 0) return ruler.placeAt(before + messages.length, under);
      return ruler.placeAt(0, above ? reader.depthIn(above) : 0);
    },
  };
}
