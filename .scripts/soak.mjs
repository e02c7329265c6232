// npm run soak -- [--minutes M] [--seed N]     hours of use in some minutes; 30 if not said

import { buildUi } from "./build.mjs";
import { run, runInFront } from "./process.mjs";
import { debugBinary, root } from "./project.mjs";
import { main, say, step, Stop } from "./report.mjs";
import { setUp } from "./setup.mjs";
import { buildOfTrials } from "./trials.mjs";

const usage = `npm run soak -- [--minutes M] [--seed N]    three folders at work, a fault every 20 s; 30 minutes if not said`;

await main(async () => {
  const args = process.argv.slice(2);
  if (args.includes("--help") || args.includes("-h")) return say(usage);
  for (let index = 0; index < args.length; index += 2) {
    const known = ["--minutes", "--seed"].includes(args[index]) && Number(args[index + 1]) > 0;
    if (!known) throw new Stop(`What is ${args.slice(index, index + 2).join(" ")}?\n\n${usage}`);
  }
  if (process.platform !== "linux") throw new Stop("The soak looks at processes as Linux shows them.");
  await setUp(["build", "run", "test"]);
  await buildUi();
  await step("the app and the soak", () => run("cargo", buildOfTrials, { cwd: root }));
  return runInFront(debugBinary("soak"), args, { cwd: root, env: { ...process.env, OUTRIDER_TEST_APP: debugBinary("outrider") } });
});
