// Where things are.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { capture } from "./process.mjs";
import { Stop } from "./report.mjs";

/** The repository's root. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Where the person typed the command; npm itself goes to the root first. */
export const here = process.env.INIT_CWD ?? process.cwd();

/** `node_modules`, and what the scripts remember there. */
export const modules = join(root, "node_modules");

const executable = process.platform === "win32" ? ".exe" : "";

/** cargo's target folder, which a person can have put elsewhere. */
export function targetFolder() {
  const asked = capture("cargo", ["metadata", "--format-version=1", "--no-deps", "--offline"], { cwd: root });
  const folder = asked.ok && JSON.parse(asked.out).target_directory;
  if (!folder) throw new Stop(`cargo does not understand Cargo.toml:\n${asked.error}`);
  return folder;
}

/** A binary of the debug build. */
export function debugBinary(name) {
  return binaryOf("debug", name);
}

/** A binary of the build with this profile's folder. */
export function binaryOf(profile, name) {
  return join(targetFolder(), profile, name + executable);
}

/** The pinned OpenCode: `{ version, binary }`. Its package names the binary `.exe` on every system. */
export function pinnedOpencode() {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return { version: devDependencies["opencode-ai"], binary: join(modules, "opencode-ai", "bin", "opencode.exe") };
}

/** A hash of the files, and of all files in the folders, that `paths` names. */
export function fingerprint(paths, ignored = []) {
  const hash = createHash("sha256");
  const visit = (path) => {
    if (ignored.includes(relative(root, path))) return;
    if (!existsSync(path)) return;
    const entries = listing(path);
    if (entries) {
      for (const entry of entries.sort()) visit(join(path, entry));
    } else {
      hash.update(`${relative(root, path)}\0`).update(readFileSync(path)).update("\0");
    }
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest("hex");
}

function listing(path) {
  try {
    return readdirSync(path);
  } catch (error) {
    if (error.code === "ENOTDIR") return undefined;
    throw error;
  }
}
