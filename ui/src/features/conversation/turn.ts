import type { MessageView } from "../../backend/types";

/** Who wrote a message, as it is shown. */
export function writerOf(message: MessageView): string {
  if (message.role === "user") return "You";
  const agent = message.agent ? message.agent.charAt(0).toUpperCase() + message.agent.slice(1) : "Assistant";
  return message.model ? `${agent} · ${message.model}` : agent;
}

/** Whether a message goes on with what the one before began: to a reader they are one. */
export function continues(message: MessageView, previous: MessageView | undefined): boolean {
  return message.role === "assistant" && previous?.role === "assistant" && writerOf(previous) === writerOf(message);
}

/** What the message at `index` cost, together with those that go on with it, in US dollars. */
export function turnCost(messages: readonly MessageView[], index: number): number {
  let cost = messages[index]?.cost ?? 0;
  for (let at = index + 1; at < messages.length; at += 1) {
    const message = messages[at] as MessageView;
    if (!continues(message, messages[at - 1])) break;
    cost += message.cost;
  }
  return cost;
}
