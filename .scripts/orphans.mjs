// npm run orphans [-- --times N]    kills the app N times (20 if not said) while tools run in two folders, and counts what
//                                   outlives it by 5 s
// npm run orphans -- --starting     kills it at moments of its start instead
// npm run orphans -- --signal NAME [--group]   sends another signal than KILL, or to the app's whole process group

import { buildUi } from "./build.mjs";
import { startDisplay } from "./headless.mjs";
import { onInterrupt, run } from "./process.mjs";
import { main, step, Stop } from "./report.mjs";
import { setUp } from "./setup.mjs";
import { buildOfTrials, trial } from "./trials.mjs";

await main(async () => {
  const args = process.argv.slice(2);
  if (!/^(--times [1-9]\d*|--starting|--signal [A-Z]+|--group|\s)*$/.test(args.join(" "))) {
    throw new Stop("npm run orphans [-- --times N] [--starting] [--signal NAME] [--group]");
  }
  if (process.platform !== "linux") throw new Stop("The trial needs Linux.");
  onInterrupt(() => {});
  await setUp(["build", "run", "test"]);
  await buildUi();
  await step("the app and the trial", () => run("cargo", buildOfTrials));
  const display = process.env.DISPLAY ? undefined : await startDisplay();
  try {
    const [command, ...rest] = trial("orphans", args);
    await run(command, rest, { env: { ...process.env, DISPLAY: display?.display ?? process.env.DISPLAY } });
  } finally {
    await display?.stop();
  }
});
