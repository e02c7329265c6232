import { createEffect, createSignal, on } from "solid-js";
import type { MessageView, PromptLine } from "../../../backend/types";
import type { Reader } from "../reader";

/** The prompts of the session that is looked at, and going to any of them. */
export function createPrompts(options: {
  feed: () => number;
  /** Changes when there is another one, or one less. */
  count: () => number;
  messages: () => MessageView[];
  reader: Reader;
  read: () => Promise<PromptLine[]>;
  /** Moves the range of messages to one of them. */
  show: (message: string) => Promise<boolean>;
  /** Goes to the end. */
  toEnd: () => void;
}) {
  const { reader } = options;
  const [prompts, setPrompts] = createSignal<PromptLine[]>([]);
  const [current, setCurrent] = createSignal<string | null>(null);
  let wanted: string | null = null;
  let asked = 0;

  createEffect(
    on([options.feed, options.count], async () => {
      asked += 1;
      const own = asked;
      // What cannot be read now is read when the next one comes.
      const read = await options.read().catch(() => null);
      if (read && own === asked) setPrompts(read);
      look();
    }),
  );

  /** Which prompt is read now. */
  const look = () => {
    const { at, first } = reader.promptInView();
    const before = prompts().findIndex(({ id }) => id === first) - 1;
    setCurrent(at ?? prompts()[before]?.id ?? (first === null ? current() : first));
  };
  const go = async (message: string) => {
    wanted = null;
    if (reader.toMessage(message)) return;
    wanted = message;
    const known = await options.show(message).catch(() => false);
    if (!known && wanted === message) wanted = null;
  };
  // Behind the effects that bring the messages in place.
  createEffect(
    on([() => options.messages()[0]?.id, () => options.messages().at(-1)?.id], () => {
      if (wanted !== null && reader.toMessage(wanted)) wanted = null;
      look();
    }),
  );

  return {
    prompts,
    current,
    look,
    go,
    /** Goes to the prompt before what is read, or after it; from the last one on to the end. */
    step(direction: "previous" | "next") {
      if (reader.toPrompt(direction)) return;
      const held = options.messages().filter(({ role }) => role === "user");
      const edge = direction === "previous" ? held[0] : held.at(-1);
      const at = prompts().findIndex(({ id }) => id === (edge?.id ?? current()));
      // Where no prompt is held, what is known as the one that is read is the one before.
      const to = direction === "next" ? at + 1 : edge ? at - 1 : at;
      const beyond = at < 0 ? undefined : prompts()[to];
      if (beyond) go(beyond.id);
      else if (direction === "next") options.toEnd();
      else reader.toBeginning();
    },
  };
}
