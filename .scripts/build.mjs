// Builds the UI and the app, each only when it changed.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm, run } from "./process.mjs";
import { fingerprint, modules, root } from "./project.mjs";
import { step } from "./report.mjs";

const stamp = join(modules, ".outrider-ui");

/** Builds ui/dist unless its sources are what they were at the last build. */
export async function buildUi() {
  if (!uiIsStale()) return;
  await step("the user interface", async () => {
    await run(...npm(["run", "ui:build"]), { cwd: root });
    rememberUi();
  });
}

/** True when ui/dist must be built. */
export function uiIsStale() {
  const built = existsSync(join(root, "ui/dist/index.html")) && existsSync(stamp);
  return !built || readFileSync(stamp, "utf8") !== uiState();
}

/** Notes that ui/dist was built from the present sources. */
export function rememberUi() {
  mkdirSync(modules, { recursive: true });
  writeFileSync(stamp, uiState());
}

/**
 * Builds the app with the UI inside, and the demo's scripted model. Always both: cargo joins the features of what is
 * built together, so that building them by turns would compile what they share twice.
 */
export async function buildApp() {
  const args = ["build", "-p", "outrider", "-p", "outrider-testkit", "--bins", "--features", "outrider/custom-protocol"];
  await step("the app", () => run("cargo", args, { cwd: root }));
}

function uiState() {
  return fingerprint(["ui", "package.json", "package-lock.json"], ["ui/dist", "ui/node_modules"]);
}
