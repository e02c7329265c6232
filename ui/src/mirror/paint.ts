/**
 * Calls back once the coming frame was painted. A hidden window paints none, and a window that is being hidden may
 * never paint the one that was promised: then it calls back after 200 ms.
 */
export function afterPaint(callback: () => void): void {
  let called = false;
  const call = () => {
    if (called) return;
    called = true;
    clearTimeout(limit);
    callback();
  };
  const limit = setTimeout(call, 200);
  // A frame's callbacks run before it is painted; a task that they queue runs after.
  if (!document.hidden) requestAnimationFrame(() => setTimeout(call));
}
