import { createSignal } from "solid-js";

const KEY = "diff-side-by-side";

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) === "true";
  } catch {
    return false;
  }
}

const [sideBySide, set] = createSignal(remembered());

/** Whether diffs are shown side by side, where there is room. */
export { sideBySide };

export function setSideBySide(sides: boolean): void {
  set(sides);
  try {
    localStorage.setItem(KEY, String(sides));
  } catch {
    // Not remembered then.
  }
}
