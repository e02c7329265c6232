// The demo: a folder, a home and a model of its own, all gone when it ends.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { startCompanion, stopCompanion, untilServing } from "./process.mjs";
import { debugBinary, pinnedOpencode } from "./project.mjs";
import { step, Stop } from "./report.mjs";

/** Where the scripted model puts the sample project in the demo's place. */
const PROJECT = "code/todo-service";

/** Makes the demo's place and starts its model: `{ project, profile, environment, remove }`. */
export function makeDemo() {
  return step("the demo's sample project and scripted model", async () => {
    const place = realpathSync(mkdtempSync(join(tmpdir(), "outrider-demo-")));
    let model;
    let removed;
    const remove = () => (removed ??= removeDemo(place, model));
    try {
      model = startModel(place);
      await untilServing(model, "The scripted model", 30_000, () => /^scripted model on \S+$/m.test(model.said()));
      // The only variables that the app gets: nothing of the person's, and no way to the network.
      const environment = JSON.parse(readFileSync(join(place, "environment.json"), "utf8"));
      environment.OUTRIDER_OPENCODE = process.env.OUTRIDER_OPENCODE ?? pinnedOpencode().binary;
      const project = join(place, PROJECT);
      makeRepository(project, environment);
      return { project, profile: join(place, "profile"), environment, remove };
    } catch (error) {
      await remove();
      throw error;
    }
  });
}

/** The model ends when its standard input closes: also when this script is killed. */
function startModel(place) {
  const env = { ...process.env };
  // An X server's key is looked for in the home, and the app gets another one.
  const key = join(homedir(), ".Xauthority");
  if (!env.XAUTHORITY && existsSync(key)) env.XAUTHORITY = key;
  const child = startCompanion(debugBinary("scripted-model"), ["--demo", "--place", place], { env, stdio: ["pipe", "pipe", "pipe"] });
  // It may end before its input is closed.
  child.stdin.on("error", () => {});
  return child;
}

function makeRepository(project, env) {
  const who = ["-c", "user.name=Outrider", "-c", "user.email=demo@outrider.invalid", "-c", "commit.gpgsign=false"];
  for (const args of [["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "A sample project"]]) {
    const done = spawnSync("git", [...who, ...args], { cwd: project, env, encoding: "utf8" });
    if (done.status !== 0) throw new Stop(`git could not set up the sample project: ${done.stderr || done.error?.message}`);
  }
}

async function removeDemo(place, model) {
  await stopCompanion(model);
  for (const id of leftIn(place)) kill(id);
  // A process that was just ended can still be closing its files.
  rmSync(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** Processes whose environment names the demo's place: only the demo starts such. */
function leftIn(place) {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && +entry !== process.pid && environmentOf(entry).includes(place));
}

function environmentOf(id) {
  try {
    return readFileSync(`/proc/${id}/environ`, "utf8");
  } catch {
    return "";
  }
}

function kill(id) {
  try {
    process.kill(+id, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
