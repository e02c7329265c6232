// Starting other programs, and leaving none behind.

import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";
import { finished } from "node:stream/promises";
import { Stop } from "./report.mjs";

const windows = process.platform === "win32";

/** Servers that a script runs beside itself; each leads a process group of its own. */
const companions = new Set();

/** Programs that a script waits for. */
const working = new Set();

/** The result of a program that ends soon: `{ ok, code, out, error }`, `ok` false when it could not be started. */
export function capture(command, args = [], options = {}) {
  const done = spawnSync(command, args, { encoding: "utf8", maxBuffer: 64 << 20, ...options });
  return { ok: done.status === 0, code: done.status, out: done.stdout ?? "", error: done.stderr || done.error?.message || "" };
}

/** True when a program of this name is on PATH. */
export function onPath(command) {
  return capture(windows ? "where" : "sh", windows ? [command] : ["-c", 'command -v -- "$1"', "sh", command]).ok;
}

/** npm as a command and first arguments: under Windows it is a batch file, which needs a shell. */
export function npm(args) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith(".js") ? [process.execPath, [cli, ...args]] : [windows ? "npm.cmd" : "npm", args];
}

/** Runs a program with its output shown. Rejects with a [`Stop`] unless it exits with 0. */
export async function run(command, args, options = {}) {
  const code = await exit(spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], ...shell(command), ...options }), command);
  if (code !== 0) throw new Stop(`${[command, ...args].join(" ")} ended with code ${code}.`);
}

/**
 * Runs a program with all its output going to the stream `log`, and each chunk to `watch`.
 * Resolves to its exit code.
 */
export async function runLogged(command, args, { log, watch, ...options }) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...shell(command), ...options });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text) => {
      log.write(text);
      watch?.(text);
    });
  }
  const code = await exit(child, command);
  await Promise.all([finished(child.stdout), finished(child.stderr)]).catch(() => {});
  return code;
}

/** Runs the program that the script is there for: signals go on to it, and its exit code is the script's. */
export function runInFront(command, args, options = {}) {
  const child = spawn(command, args, { stdio: "inherit", ...options });
  // A terminal sends Ctrl-C to the whole foreground group, so the child has it already.
  const signals = windows ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  const pass = (signal) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);
  return exit(child, command).finally(() => {
    for (const signal of signals) process.off(signal, pass);
  });
}

/**
 * Starts a server that runs until [`stopCompanion`], or until this script ends. `child.said()` is the end of its output,
 * `child.ended` resolves to its exit code.
 */
export function startCompanion(command, args, options = {}) {
  const child = spawn(command, args, { detached: !windows, ...options });
  child.ended = exit(child, command).catch((error) => error);
  child.said = collect([child.stdout, child.stderr].filter(Boolean));
  companions.add(child);
  child.ended.then(() => companions.delete(child));
  return child;
}

/** Waits until a server that was just started serves: until `condition`, its end, or `limit` milliseconds. */
export async function untilServing(child, name, limit, condition) {
  let end;
  child.ended.then((how) => (end = { how }));
  const said = () => (child.said() ? `:\n${child.said()}` : ".");
  return until(() => `${name} was not ready in ${limit / 1000} s${said()}`, limit, () => {
    if (end) throw end.how instanceof Error ? end.how : new Stop(`${name} ended at once with code ${end.how}${said()}`);
    return condition();
  });
}

/** Ends a server and everything in its group: asks, waits up to `patience` milliseconds, then insists. */
export async function stopCompanion(child, patience = 5000) {
  if (!child?.pid) return;
  signalGroup(child, "SIGTERM");
  const late = setTimeout(() => signalGroup(child, "SIGKILL"), patience);
  await child.ended;
  clearTimeout(late);
  signalGroup(child, "SIGKILL");
}

/** Waits until `condition` gives something true. Rejects with `what` when `limit` milliseconds have gone. */
export async function until(what, limit, condition, pause = 100) {
  const end = performance.now() + limit;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Stop(typeof what === "function" ? await what() : what);
    await new Promise((wake) => setTimeout(wake, pause));
  }
}

/** The exit code for a signal, as shells give it. */
export function codeOfSignal(signal) {
  return 128 + (constants.signals[signal] ?? 0);
}

/** Makes Ctrl-C and friends run `cleanUp` before the script ends. Gives a function that takes this back. */
export function onInterrupt(cleanUp) {
  let began = false;
  const end = async (signal) => {
    if (began) return;
    began = true;
    await cleanUp();
    process.exit(codeOfSignal(signal));
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, end);
  return () => signals.forEach((signal) => process.off(signal, end));
}

process.on("exit", () => {
  for (const child of working) child.kill("SIGTERM");
  for (const child of companions) signalGroup(child, "SIGKILL");
});

function exit(child, command) {
  working.add(child);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Stop(`${command} could not be started: ${error.message}`)));
    child.on("exit", (code, signal) => resolve(code ?? codeOfSignal(signal)));
  }).finally(() => working.delete(child));
}

/** Keeps the streams drained, and the end of what they say. */
function collect(streams) {
  let kept = "";
  for (const stream of streams) stream.setEncoding("utf8").on("data", (text) => (kept = (kept + text).slice(-8000)));
  return () => kept.trim();
}

function signalGroup(child, signal) {
  try {
    process.kill(windows ? child.pid : -child.pid, signal);
  } catch {
    // It is gone, which is what was wanted.
  }
}

function shell(command) {
  return command.endsWith(".cmd") ? { shell: true } : {};
}
