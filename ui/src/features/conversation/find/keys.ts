import type { Find } from "./find";

/** The longest selection that is taken as what to find. */
const SELECTION = 200;

/** Does what a key press asks of the search. True when it was one of its keys. */
export function findKey(event: KeyboardEvent, find: Pick<Find, "isOpen" | "open" | "close" | "step">): boolean {
  if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return false;
  if (event.key === "Escape" && find.isOpen() && isAmongMessages(event.target)) {
    event.preventDefault();
    find.close();
    return true;
  }
  const opens = event.key.toLowerCase() === "f" && event.ctrlKey !== event.metaKey && !event.shiftKey;
  const steps = event.key === "F3" && !event.ctrlKey && !event.metaKey;
  if (!opens && !steps) return false;
  event.preventDefault();
  if (opens || !find.isOpen()) find.open(selection());
  else find.step(!event.shiftKey);
  return true;
}

function isAmongMessages(target: EventTarget | null): boolean {
  return target === document.body || (target instanceof Element && target.closest(".transcript") !== null);
}

/** What is selected among the messages, when it is a few words. */
function selection(): string {
  const selected = document.getSelection();
  const within = selected?.anchorNode?.parentElement?.closest(".transcript-column");
  const words = within ? (selected?.toString() ?? "") : "";
  return words.length <= SELECTION && !words.includes("\n") ? words.trim() : "";
}
