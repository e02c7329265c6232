// The long trials of tests/campaigns: how they are built and run.

import { onPath } from "./process.mjs";
import { debugBinary } from "./project.mjs";

/** cargo's arguments for the app as it is shipped, with its guardian, and the trials. */
export const buildOfTrials = ["build", "-p", "outrider", "-p", "outrider-campaigns", "--bins", "--features", "outrider/custom-protocol"];

/** The command that runs a trial of the built app on the display of its environment: `[command, ...args]`. */
export function trial(name, args) {
  const own = [debugBinary(name), debugBinary("outrider"), ...args];
  return onPath("dbus-run-session") ? ["dbus-run-session", "--", ...own] : own;
}
