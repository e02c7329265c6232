/** How high a message is taken to be before any was measured, in pixels. */
const FIRST_GUESS = 90;

/**
 * The heights of a session's messages, by their place in it: those that were drawn once as they were, the others as
 * high as those are on average. It says how much room the messages take that are not held.
 */
export function createRuler() {
  /** Where a message was not drawn yet there is nothing. */
  let heights: (number | undefined)[] = [];
  let sum = 0;
  let known = 0;
  let ids: string[] = [];
  let before = 0;

  const heightOf = (index: number, mean: number) => heights[index] ?? mean;
  const mean = () => (known > 0 ? sum / known : FIRST_GUESS);

  return {
    /** Takes the heights of the messages that are held, in their order, in pixels. */
    measure(held: number[]) {
      if (held.length !== ids.length) return;
      held.forEach((height, at) => {
        const old = heights[before + at];
        sum += height - (old ?? 0);
        if (old === undefined) known += 1;
        heights[before + at] = height;
      });
    },
    /** These messages are held now, behind so many others. What is known moves along when others came before them. */
    align(nowIds: string[], nowBefore: number) {
      const places = new Map(nowIds.map((id, at) => [id, nowBefore + at]));
      const at = ids.findIndex((id) => places.has(id));
      const moved = at < 0 ? 0 : (places.get(ids[at] ?? "") ?? 0) - (before + at);
      if (moved > 0) heights = [...new Array<undefined>(moved), ...heights];
      else if (moved < 0) {
        for (const height of heights.slice(0, -moved)) {
          if (height === undefined) continue;
          sum -= height;
          known -= 1;
        }
        heights = heights.slice(-moved);
      }
      ids = nowIds;
      before = nowBefore;
    },
    /** The room that the messages from one place to before another take, in pixels. */
    room(from: number, to: number): number {
      const guess = mean();
      let room = 0;
      for (let index = from; index < to; index += 1) room += heightOf(index, guess);
      return room;
    },
    /** The place of the message that is so many pixels below the beginning of another. */
    placeAt(from: number, below: number): number {
      const guess = mean();
      let index = from;
      for (let left = below; left > 0 && index < from + 1_000_000; index += 1) left -= heightOf(index, guess);
      return index;
    },
    /** The width changed: no height is what it was. */
    forget() {
      const guess = mean();
      heights = [];
      // What it was is the best guess until they are drawn anew.
      sum = guess;
      known = 1;
    },
  };
}

export type Ruler = ReturnType<typeof createRuler>;
