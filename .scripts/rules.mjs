// The project's own rules, each a check of its own: a list of what breaks it, empty when nothing does.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { capture } from "./process.mjs";
import { root } from "./project.mjs";
import { tableIsStale } from "./speed.mjs";

const LONGEST = 450;

/** The core's modules, and which of the others each may use. */
const CORE = {
  protocol: [],
  model: [],
  render: ["protocol"],
  store: ["model"],
  secrets: [],
  opencode: ["model", "protocol", "secrets"],
  server: ["profile", "protocol", "secrets"],
  profile: ["protocol"],
  traffic: ["model", "opencode", "protocol"],
  rules: ["profile", "protocol"],
  feed: ["model", "protocol", "render", "store"],
  typed: ["model", "profile", "protocol"],
  instance: ["feed", "model", "opencode", "protocol", "render", "rules", "server", "store", "traffic", "typed"],
  app: ["instance", "profile", "protocol", "rules", "server", "typed"],
};

export const rules = [
  { title: "the core does not depend on tauri", check: coreWithoutTauri },
  { title: "only the shell names tauri", check: tauriInTheShell },
  { title: "the core's modules depend in one direction", check: coreDirection },
  { title: "processes start in one file", check: processesInOneFile },
  { title: `no source file is longer than ${LONGEST} lines`, check: shortFiles },
  { title: "nothing names a machine's paths", check: noMachinePaths },
  { title: "the lockfile names no registry", check: noRegistries },
  { title: "README says what `npm run bench` measured", check: tableIsStale },
];

function coreWithoutTauri() {
  const asked = capture("cargo", ["tree", "-p", "outrider-core", "--prefix", "none", "--edges", "normal", "--target", "all"], { cwd: root });
  if (!asked.ok) return [asked.error];
  const names = new Set(asked.out.split("\n").map((line) => line.split(" ")[0]));
  return [...names].filter((name) => /^(tauri|wry|tao|gtk|webkit2gtk)(-|$)/.test(name));
}

function tauriInTheShell() {
  return lines(/^src-tauri\/(core|testkit)\/.*\.rs$/, /\btauri(_\w+)?::/);
}

function coreDirection() {
  const folder = "src-tauri/core/src/";
  return lines(/^src-tauri\/core\/src\/.+\.rs$/, /\bcrate::/).filter((place) => {
    const own = place.slice(folder.length).split(/[/.]/)[0];
    const used = [...place.matchAll(/\bcrate::(\{[^}]*\}|\w+)/g)].flatMap(([, names]) => names.match(/\b[a-z_]+(?=\b(::|,|\}|$))/g) ?? [names]);
    return own !== "lib" && used.some((name) => name in CORE && name !== own && !CORE[own]?.includes(name));
  });
}

function processesInOneFile() {
  return lines(/^src-tauri\/(core\/)?src\/.*\.rs$/, /\bCommand::new\b/).filter((place) => !/\/spawn\.rs:/.test(place));
}

function shortFiles() {
  return files(/\.(rs|tsx?|mjs|css)$/)
    .filter((file) => !/\/(bindings|generated)\//.test(file))
    .map((file) => ({ file, length: read(file).split("\n").length - 1 }))
    .filter(({ length }) => length > LONGEST)
    .map(({ file, length }) => `${file}: ${length} lines`);
}

function noMachinePaths() {
  return lines(/\.(md|rs|tsx?|mjs|css|html|json|toml|ya?ml|desktop)$|^\.(ci|config|cargo)\//, /(^|[\s"'`(=])\/(work|root)\//);
}

function noRegistries() {
  return lines(/^package-lock\.json$/, /"resolved"/);
}

/** `file:line: text` of each line that matches, up to where a Rust file's tests begin. */
function lines(where, what) {
  const found = [];
  for (const file of files(where)) {
    const all = read(file).split("\n");
    const tests = file.endsWith(".rs") ? all.indexOf("#[cfg(test)]") : -1;
    all.slice(0, tests < 0 ? undefined : tests).forEach((line, index) => {
      if (!/^\s*\/\//.test(line) && what.test(line)) found.push(`${file}:${index + 1}: ${line.trim().slice(0, 120)}`);
    });
  }
  return found;
}

function files(where) {
  const listed = capture("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  if (!listed.ok) throw new Error(listed.error);
  return listed.out.split("\0").filter((file) => where.test(file) && statSync(join(root, file), { throwIfNoEntry: false })?.isFile());
}

function read(file) {
  return readFileSync(join(root, file), "utf8");
}
