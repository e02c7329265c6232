import { createSignal } from "solid-js";
import type { PermissionReply } from "../../backend/types";

/** What a key asks of a card that has the focus. */
export type CardKey = PermissionReply | "reason" | "send" | { option: number };

/** The key's meaning; null for keys that mean nothing here, and for what is typed into a field. */
export function cardKey(event: KeyboardEvent): CardKey | null {
  const { key, code, ctrlKey, metaKey, altKey, shiftKey, target, currentTarget } = event;
  if (ctrlKey || metaKey || altKey) return null;
  if (target instanceof Element && target.closest("textarea, input:not([type=radio], [type=checkbox])")) return null;
  // On a button, Enter presses that button.
  if (key === "Enter") return target === currentTarget ? "send" : null;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code);
  if (digit && !shiftKey) return { option: Number(digit[1]) - 1 };
  switch (key.toLowerCase()) {
    case "a":
      return shiftKey ? "always" : "once";
    case "d":
      return shiftKey ? null : "reject";
    case "r":
      return shiftKey ? null : "reason";
    default:
      return null;
  }
}

/**
 * Keys of a card, while the focus came into it by keys. A person who clicked into it, to read or to copy, may go on
 * typing: that belongs to the message.
 */
export function createCardKeys(obey: (key: CardKey) => boolean) {
  const [armed, setArmed] = createSignal(false);
  let pointed = false;
  // The window lost the focus, and the card has it again when the window does.
  let away = false;
  return {
    armed,
    on: {
      onPointerDown: () => {
        pointed = true;
        setArmed(false);
        setTimeout(() => {
          pointed = false;
        });
      },
      onFocusIn: () => {
        if (!pointed && !away) setArmed(true);
        away = false;
      },
      onFocusOut: (event: FocusEvent & { currentTarget: HTMLElement }) => {
        const { currentTarget: card, relatedTarget: next } = event;
        if (next instanceof Node && card.contains(next)) return;
        away = next === null && card.contains(document.activeElement);
        if (!away) setArmed(false);
      },
      onKeyDown: (event: KeyboardEvent) => {
        if (!armed()) return;
        const key = cardKey(event);
        if (key === null) return;
        // A key that is held down was not meant for what comes under it.
        if (event.repeat || obey(key)) {
          event.preventDefault();
          event.stopPropagation();
        }
      },
    },
  };
}
