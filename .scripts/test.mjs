// npm test              everything
// npm test -- --quick   without the end-to-end and the window tests
//
// A stage that fails does not stop the later ones. The last line is `N passed, N failed`.

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { rememberUi } from "./build.mjs";
import { campaignCounts, cargoCounts, nodeCounts, orphanCounts, vitestCounts } from "./counts.mjs";
import { checkDependencies } from "./dependencies.mjs";
import { startDisplay } from "./headless.mjs";
import { checkInstalled, installPackage } from "./installed.mjs";
import { capture, npm, onInterrupt } from "./process.mjs";
import { pinnedOpencode, root, targetFolder } from "./project.mjs";
import { main, say, Stop } from "./report.mjs";
import { rules } from "./rules.mjs";
import { setUp } from "./setup.mjs";
import { logs, Stages } from "./stages.mjs";
import { buildOfTrials, trial } from "./trials.mjs";

/** The app's tests are all built with the UI inside: a build without it would take the place of the app's binary. */
const app = ["-p", "outrider", "--features", "custom-protocol"];

async function checks(stages) {
  await stages.program("Rust format", "cargo", ["fmt", "--all", "--check"]);
  await stages.program("Rust lints", "cargo", ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]);
  for (const { title, check } of rules) await stages.check(`Rule: ${title}`, check);
  const own = readdirSync(join(root, ".scripts")).filter((file) => file.endsWith(".test.mjs"));
  await stages.program("Scripts", process.execPath, ["--test", ...own.map((file) => join(".scripts", file))], { count: nodeCounts });
  await stages.program("UI types and lints", ...npm(["run", "ui:check"]));
}

async function units(stages) {
  // The core's tests write what they send to a window here, and the UI's tests apply it.
  const contract = join(targetFolder(), "contract");
  rmSync(contract, { recursive: true, force: true });
  mkdirSync(contract, { recursive: true });
  const env = { ...process.env, OUTRIDER_CONTRACT: contract };
  await stages.program("Core tests", ...cargoTest(["-p", "outrider-core", "-p", "outrider-testkit"], env));

  await faults(stages, "Faults, fake server", process.env, ["--seeds", "1000", "--fake"]);

  const built = await stages.program("UI build", ...npm(["run", "ui:build"]));
  if (built) rememberUi();
  const report = join(logs, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile=${report}`];
  await stages.program("UI tests", ...npm(["run", "ui:test", "--", ...reporters]), { env, count: () => vitestCounts(report) });
}

async function wholes(stages) {
  const env = { ...process.env, OUTRIDER_OPENCODE: process.env.OUTRIDER_OPENCODE ?? pinnedOpencode().binary };
  await stages.program("End-to-end tests", ...cargoTest([...app, "--test", "e2e"], env));
  await faults(stages, "Faults, real server", env, ["--seeds", "30"]);
  if (process.platform !== "linux") return say("The window tests need Linux.");

  let display;
  if (!(await stages.check("A display for the window tests", async () => void (display = await startDisplay())))) return;
  try {
    const onDisplay = headless(env, display.display);
    const tests = (title, env, selection) => {
      const [command, args, options] = cargoTest([...app, "--test", "window"], env, selection);
      return stages.program(title, "dbus-run-session", ["--", command, ...args], options);
    };
    await tests("Window tests", onDisplay, { without: "installed::" });
    await orphans(stages, onDisplay);
    await packaged(stages, (env) => tests("Installed app", { ...onDisplay, ...env }, { only: "installed::" }));
  } finally {
    await display.stop();
  }
}

/** Kills the app a few times; `npm run orphans` does it more often. */
async function orphans(stages, env) {
  if (!(await stages.program("Build of the trials", "cargo", buildOfTrials))) return;
  const [command, ...args] = trial("orphans", ["--times", "3"]);
  await stages.program("Orphans of a killed app", command, args, { env, count: orphanCounts });
}

/** Scenarios of faults by seed; a seed that fails says how to run it alone. */
function faults(stages, title, env, args) {
  return stages.program(title, process.execPath, [join(".scripts", "faults.mjs"), ...args], { env, count: campaignCounts });
}

/** Builds the package from what is built already, installs it, and lets `test` try it. */
async function packaged(stages, test) {
  if (!(await stages.program("Package", process.execPath, [join(".scripts", "package.mjs"), "--debug"]))) return;
  let installed;
  try {
    if (!(await stages.check("Package installs", () => void (installed = installPackage())))) return;
    await stages.check("Package holds what it should", () => checkInstalled(installed.place));
    await test({ OUTRIDER_TEST_APP: installed.app });
  } finally {
    installed?.remove();
  }
}

/**
 * The arguments of `Stages.program` that run cargo's tests: with nextest where it is installed. `only` and `without`
 * are parts of tests' names.
 */
function cargoTest(selection, env, { only, without } = {}) {
  const nextest = capture("cargo", ["nextest", "--version"]).ok;
  const tests = nextest
    ? ["nextest", "run", "--locked", "--no-fail-fast", "--color", "never", ...selection]
    : ["test", "--locked", "--no-fail-fast", "--color", "never", ...selection, "--"];
  if (nextest && only) tests.push("-E", `test(${only})`);
  if (nextest && without) tests.push("-E", `not test(${without})`);
  if (!nextest && only) tests.push(only);
  if (!nextest && without) tests.push("--skip", without);
  if (!nextest && selection.includes("window")) tests.push("--test-threads=1");
  return ["cargo", tests, { env: { ...env, CARGO_TERM_COLOR: "never" }, count: cargoCounts }];
}

function headless(environment, display) {
  // With "1", which is right for some real displays, WebKitGTK never finishes a screenshot under Xvfb.
  const env = { ...environment, DISPLAY: display, GDK_BACKEND: "x11", NO_AT_BRIDGE: "1", WEBKIT_DISABLE_DMABUF_RENDERER: "0" };
  delete env.WAYLAND_DISPLAY;
  return env;
}

await main(async () => {
  const args = process.argv.slice(2);
  const unknown = args.filter((arg) => arg !== "--quick");
  if (unknown.length > 0) throw new Stop(`There is no option ${unknown[0]}; there is --quick.`);
  onInterrupt(() => {});

  const stages = new Stages();
  try {
    if (await stages.check("Set-up", () => setUp(["build", "run", "test"]))) {
      await checks(stages);
      await checkDependencies(stages);
      await units(stages);
      await stages.program("Shell tests", ...cargoTest([...app, "--lib", "--bins", "--test", "shell"], process.env));
      if (!args.includes("--quick")) await wholes(stages);
    }
  } catch (error) {
    await stages.check("The tests' own scripts", () => Promise.reject(error));
  }
  return stages.close();
});
