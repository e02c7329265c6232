// npm run bench                        how fast it is: everything, some 15 minutes
// npm run bench -- --only lag,sessions some of it; the rest of the table stays as it was
//
// What comes out goes to tests/bench/results.json, and from there into README.md's table. Numbers of a machine that does
// other things meanwhile are worth little: its load stands beside them.

import { join } from "node:path";
import { buildUi } from "./build.mjs";
import { onPath, run, runInFront } from "./process.mjs";
import { binaryOf, root, targetFolder } from "./project.mjs";
import { main, say, step, Stop } from "./report.mjs";
import { setUp } from "./setup.mjs";
import { resultsFile, writeTable } from "./speed.mjs";

const GROUPS = ["start", "idle", "memory", "sessions", "lag", "instances", "core"];
const usage = `npm run bench [-- --only ${GROUPS.join(",")}]`;

await main(async () => {
  const groups = chosen(process.argv.slice(2));
  if (process.platform !== "linux") throw new Stop("The measurements look at processes as Linux shows them.");
  await setUp(["build", "run", "test"]);
  await buildUi();
  // Together, as everywhere: cargo joins the features of what is built together.
  const release = ["--release", "--locked", "-p", "outrider", "-p", "outrider-bench", "--bins", "--features", "outrider/custom-protocol"];
  await step("the app as it is shipped, and what measures it", () => run("cargo", ["build", ...release], { cwd: root }));
  if (groups.includes("core")) await step("the core's own benchmarks", benchmarkCore);
  const own = [binaryOf("release", "bench"), resultsFile, ...groups];
  const [command, ...args] = onPath("dbus-run-session") ? ["dbus-run-session", "--", ...own] : own;
  const env = {
    ...process.env,
    OUTRIDER_TEST_APP: binaryOf("release", "outrider"),
    OUTRIDER_CRITERION: join(targetFolder(), "criterion"),
  };
  const code = await runInFront(command, args, { cwd: root, env });
  if (code === 0) say(writeTable());
  return code;
});

function chosen(args) {
  if (args.length === 0) return GROUPS;
  const groups = args.length === 2 && args[0] === "--only" ? args[1].split(",") : [];
  if (groups.length === 0 || groups.some((group) => !GROUPS.includes(group))) throw new Stop(usage);
  return groups;
}

async function benchmarkCore() {
  await run("cargo", ["bench", "--locked", "-p", "outrider-core", "--bench", "reducer", "--bench", "markdown"], { cwd: root });
}
