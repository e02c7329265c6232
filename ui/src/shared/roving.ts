/** Where a key moves the focus within a list of `count` items; null when the key means nothing there. */
export function movedIndex(
  key: string,
  index: number,
  count: number,
  axis: "horizontal" | "vertical",
  wrap: boolean,
): number | null {
  if (count === 0) return null;
  const [back, on] = axis === "horizontal" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
  switch (key) {
    case back:
      return index > 0 ? index - 1 : wrap ? count - 1 : 0;
    case on:
      return index < count - 1 ? index + 1 : wrap ? 0 : count - 1;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

/** Moves the focus between the tabs of a tablist; Enter and Space then choose one, as buttons do. */
export function onTablistKey(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')];
  const at = tabs.indexOf(document.activeElement as HTMLElement);
  if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  const to = movedIndex(event.key, at, tabs.length, "horizontal", true);
  if (to === null) return;
  event.preventDefault();
  tabs[to]?.focus();
}
