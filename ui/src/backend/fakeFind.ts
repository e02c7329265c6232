import type { FindHit, FindQuery, FindView, MessageView, PartView, Patch, PromptLine, TranscriptView } from "./types";

let asked: FindQuery | null = null;

const textOf = (part: PartView): string => {
  const { body } = part;
  if (body.kind === "tool") return `${body.name}\n${body.summary}`;
  if (body.kind !== "text" && body.kind !== "reasoning") return "";
  return body.blocks.map(({ html }) => html.replace(/<[^>]*>/g, "")).join("\n");
};

/** All places, oldest first. It finds in what is held alone. */
function places(messages: MessageView[], query: FindQuery): FindHit[] {
  const fold = (text: string) => (query.match_case ? text : text.toLowerCase());
  const hits: FindHit[] = [];
  for (const message of messages) {
    for (const part of message.parts) {
      const count = fold(textOf(part)).split(fold(query.text)).length - 1;
      for (let occurrence = 0; occurrence < count; occurrence += 1) {
        hits.push({ index: hits.length + 1, message: message.id, part: part.id, section: null, occurrence, jump: 1 });
      }
    }
  }
  return hits;
}

function findIn(messages: MessageView[], query: FindQuery): FindView | null {
  asked = query;
  if (query.text.trim() === "") return null;
  const hits = places(messages, query);
  const order = messages.map(({ id }) => id);
  const near = query.near === null ? order.length : order.indexOf(query.near);
  const at = hits.findLast((hit) => order.indexOf(hit.message) <= near) ?? hits[0] ?? null;
  return { query: query.number, count: hits.length, searching: false, older: false, incomplete: false, at };
}

function stepIn(messages: MessageView[], view: FindView, forward: boolean): FindView {
  const hits = asked ? places(messages, asked) : [];
  if (!view.at || hits.length === 0) return view;
  const next = hits.at((view.at.index - 1 + (forward ? 1 : -1)) % hits.length) ?? view.at;
  return { ...view, at: { ...next, jump: view.at.jump + 1 } };
}

function promptsOf(messages: MessageView[]): PromptLine[] {
  return messages
    .filter(({ role }) => role === "user")
    .map(({ id, parts }) => ({ id, line: parts.map(textOf).join(" ").slice(0, 120) }));
}

/** The search and the prompts of a made-up app. */
export class FakeFinding {
  constructor(
    /** The transcript that is looked at in an instance. */
    private readonly shown: (id: string) => TranscriptView | null,
    private readonly emit: (id: string, patches: Patch[]) => void,
  ) {}

  find(id: string, query: FindQuery): void {
    const shown = this.shown(id);
    if (shown) this.tell(id, shown, findIn(shown.messages, query));
  }

  step(id: string, forward: boolean): void {
    const shown = this.shown(id);
    if (shown?.find) this.tell(id, shown, stepIn(shown.messages, shown.find, forward));
  }

  isHeld(id: string, message: string): boolean {
    return this.shown(id)?.messages.some((known) => known.id === message) ?? false;
  }

  prompts(id: string): PromptLine[] {
    return promptsOf(this.shown(id)?.messages ?? []);
  }

  private tell(id: string, shown: TranscriptView, find: FindView | null): void {
    shown.find = find;
    this.emit(id, [{ op: "find_updated", find }]);
  }
}
