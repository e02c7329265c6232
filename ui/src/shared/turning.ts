/** The animation of what turns while something is awaited (`base.css`). */
const TURN = "turn";

/** Has all spinners turn in phase, so that the window is painted once for a step of them all. */
export function turnInPhase(page: Document): void {
  page.addEventListener("animationstart", ({ animationName, target }) => {
    if (animationName !== TURN || !(target instanceof Element)) return;
    for (const animation of target.getAnimations()) animation.startTime = 0;
  });
}
