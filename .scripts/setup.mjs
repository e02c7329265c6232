// Brings a fresh machine to where Outrider can be built. Does nothing that was done before.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { capture, npm, run } from "./process.mjs";
import { fingerprint, modules, pinnedOpencode, root } from "./project.mjs";
import { say, step, Stop } from "./report.mjs";
import { checkSystem } from "./system.mjs";

const NODE = 20;
const stamp = join(modules, ".outrider-packages");

/** Set-up for the given needs: `build`, `run`, `test`. */
export async function setUp(needs) {
  checkNode();
  checkCargo();
  await checkSystem(needs);
  await installPackages();
}

function checkNode() {
  if (Number.parseInt(process.versions.node, 10) < NODE) {
    throw new Stop(`Outrider needs Node ${NODE} or later; this is ${process.versions.node}. Get it from https://nodejs.org.`);
  }
}

function checkCargo() {
  const own = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");
  if (!capture("cargo", ["--version"]).ok && existsSync(own)) {
    // rustup was installed, but this shell was opened before.
    process.env.PATH = `${own}${delimiter}${process.env.PATH ?? ""}`;
  }
  const asked = capture("cargo", ["--version"], { cwd: root });
  if (!asked.ok) {
    throw new Stop("Rust is missing. Install it with rustup (https://rustup.rs), open a new shell, and try again.");
  }
  const needed = /^rust-version = "(\d+)\.(\d+)/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"));
  const found = /(\d+)\.(\d+)/.exec(asked.out);
  if (needed && found && (+found[1] - +needed[1] || +found[2] - +needed[2]) < 0) {
    throw new Stop(`Outrider needs Rust ${needed[1]}.${needed[2]} or later; this is ${found[0]}. Run: rustup update stable`);
  }
}

async function installPackages() {
  const state = `${fingerprint(["package.json", "package-lock.json", ".npmrc"])} ${process.platform} ${process.arch}`;
  const { version, binary } = pinnedOpencode();
  if (existsSync(binary) && existsSync(stamp) && readFileSync(stamp, "utf8") === state) return;
  await step("npm packages", async () => {
    // Not `npm ci`: it refuses a lockfile that lacks a package for another system, which happens when the registry
    // that it was made from had none. The versions and hashes of the lockfile hold here too.
    await run(...npm(["install", "--no-save", "--no-fund", "--no-audit", "--prefer-offline"]), { cwd: root });
    const asked = capture(binary, ["--version"]);
    if (asked.out.trim() !== version) {
      const reason = (asked.error || asked.out).trim() || "no answer";
      throw new Stop(`The pinned OpenCode ${version} does not run (${reason}).\nTry: npm rebuild opencode-ai`);
    }
  });
  mkdirSync(modules, { recursive: true });
  writeFileSync(stamp, state);
  say(`OpenCode ${version} is ready.`);
}
