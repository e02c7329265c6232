/** What a key combination asks of the window. */
export type Shortcut =
  | { kind: "instance"; index: number }
  | { kind: "new_session" }
  | { kind: "inbox" }
  | { kind: "next_tab" }
  | { kind: "previous_tab" };

/** Whether a character is typed while no field has the cursor. It then belongs to the message. */
export function isTyping(event: KeyboardEvent): boolean {
  const { key, ctrlKey, metaKey, altKey, target } = event;
  if (ctrlKey || metaKey || altKey || key.length !== 1 || key === " ") return false;
  return !(target instanceof Element && target.closest("input, textarea, [contenteditable]"));
}

/** The shortcut that a key press is. */
export function shortcutOf(
  event: Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">,
): Shortcut | null {
  if (event.altKey) return null;
  if (event.key === "Tab" && event.ctrlKey && !event.metaKey) {
    return { kind: event.shiftKey ? "previous_tab" : "next_tab" };
  }
  if (event.ctrlKey === event.metaKey || event.shiftKey) return null;
  // By the key's place, as digits need Shift on some keyboards.
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit) return { kind: "instance", index: Number(digit[1]) - 1 };
  if (event.key.toLowerCase() === "t") return { kind: "new_session" };
  if (event.key.toLowerCase() === "i") return { kind: "inbox" };
  return null;
}
