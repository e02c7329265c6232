// The demo: a folder, a home and a model of its own, all gone when it ends.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { startCompanion, stopCompanion, until } from "./process.mjs";
import { debugBinary, pinnedOpencode, root } from "./project.mjs";
import { step, Stop } from "./report.mjs";

const SAMPLE = "src-tauri/testkit/sample";

/** Makes the demo's place and starts its model: `{ project, profile, environment, remove }`. */
export function makeDemo() {
  return step("the demo's sample project and scripted model", async () => {
    const place = realpathSync(mkdtempSync(join(tmpdir(), "outrider-demo-")));
    let model;
    let removed;
    const remove = () => (removed ??= removeDemo(place, model));
    try {
      model = startModel();
      const project = join(place, "sample");
      copySample(project);
      const environment = demoEnvironment(place, await model.address);
      return { project, profile: join(place, "profile"), environment, remove };
    } catch (error) {
      await remove();
      throw error;
    }
  });
}

/** The model ends when its standard input closes: also when this script is killed. */
function startModel() {
  const child = startCompanion(debugBinary("scripted-model"), ["--demo"], { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (said = (said + text).slice(-4000)));
  const address = () => /^scripted model on (\S+)$/m.exec(said)?.[1];
  child.address = Promise.race([
    until("The scripted model did not say where it listens.", 20_000, address),
    child.ended.then((code) => Promise.reject(new Stop(`The scripted model ended at once (${code}).`))),
  ]);
  child.address.catch(() => {});
  return child;
}

function copySample(project) {
  cpSync(join(root, SAMPLE), project, { recursive: true });
  const git = ["-c", "user.name=Outrider", "-c", "user.email=demo@outrider.invalid", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"];
  for (const args of [["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "A sample project"]]) {
    const done = spawnSync("git", [...git, ...args], { cwd: project, encoding: "utf8" });
    if (done.status !== 0) throw new Stop(`git could not set up the sample project: ${done.stderr || done.error?.message}`);
  }
}

function demoEnvironment(place, model) {
  const environment = { ...process.env };
  // What the person set for their own OpenCode does not count here, and nothing goes through a proxy.
  for (const name of Object.keys(environment)) {
    if (/^(OPENCODE(_.*)?|npm_.*|(https?|all|no)_proxy)$/i.test(name)) delete environment[name];
  }
  // An X server's key is looked for in the home, which is another one here.
  const key = join(homedir(), ".Xauthority");
  if (!environment.XAUTHORITY && existsSync(key)) environment.XAUTHORITY = key;
  const folders = { HOME: "home", XDG_CONFIG_HOME: "config", XDG_DATA_HOME: "data", XDG_STATE_HOME: "state", XDG_CACHE_HOME: "cache" };
  for (const [name, folder] of Object.entries(folders)) {
    environment[name] = join(place, folder);
    mkdirSync(environment[name]);
  }
  return {
    ...environment,
    OUTRIDER_OPENCODE: process.env.OUTRIDER_OPENCODE ?? pinnedOpencode().binary,
    OPENCODE_CONFIG_CONTENT: JSON.stringify(config(model)),
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  };
}

function config(model) {
  const tools = { tool_call: true, limit: { context: 200_000, output: 16_000 } };
  return {
    model: "scripted/echo",
    small_model: "scripted/small",
    share: "disabled",
    autoupdate: false,
    permission: { bash: "ask" },
    provider: {
      scripted: {
        name: "Scripted",
        npm: "@ai-sdk/openai-compatible",
        options: { baseURL: model, apiKey: "none" },
        models: { echo: { name: "Echo (demo)", ...tools }, small: { name: "Small (demo)", ...tools } },
      },
    },
  };
}

async function removeDemo(place, model) {
  await stopCompanion(model);
  for (const process of leftIn(place)) kill(process);
  // A server that just ended can still be closing its files.
  rmSync(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** Processes whose environment names the demo's folder: only the demo starts such. */
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
