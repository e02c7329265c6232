/** What a key in the message field does; null leaves it to the field. */
export function composerKey(
  event: Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey" | "isComposing">,
  enterSends: boolean,
): "send" | null {
  // While an input method composes, Enter chooses a candidate.
  if (event.key !== "Enter" || event.isComposing || event.altKey) return null;
  if (event.ctrlKey || event.metaKey) return "send";
  return event.shiftKey === enterSends ? null : "send";
}
