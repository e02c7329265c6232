// npm run package                   builds a deb with OpenCode inside
// npm run package -- --no-sidecar   without: the person brings their own
// npm run package -- --debug        built quickly from what the tests have built, for the tests

import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildUi } from "./build.mjs";
import { capture, run } from "./process.mjs";
import { modules, pinnedOpencode, root, targetFolder } from "./project.mjs";
import { main, say, step, Stop } from "./report.mjs";
import { setUp } from "./setup.mjs";

/** Tauri puts the sidecar into /usr/bin: with this name it never stands in for a person's own `opencode`. */
const SIDECAR = "src-tauri/binaries/outrider-opencode";

/** What the package has more with the sidecar: the binary, and the licence that goes with it. */
const sidecarBundle = {
  externalBin: [SIDECAR],
  linux: { deb: { files: { "/usr/share/doc/outrider/copyright.opencode": "node_modules/opencode-ai/LICENSE" } } },
};

await main(async () => {
  const args = process.argv.slice(2);
  const unknown = args.filter((arg) => !["--no-sidecar", "--debug"].includes(arg));
  if (unknown.length > 0) throw new Stop(`There is no option ${unknown[0]}; there are --no-sidecar and --debug.`);
  if (process.platform !== "linux") throw new Stop("Packages are built for Debian and Ubuntu so far, on Linux.");
  await setUp(["build", "run"]);
  await buildUi();

  const withSidecar = !args.includes("--no-sidecar");
  const debug = args.includes("--debug");
  rmSync(join(root, "src-tauri/binaries"), { recursive: true, force: true });
  if (withSidecar) await step(`OpenCode ${pinnedOpencode().version} as sidecar`, copySidecar);

  const bundles = join(targetFolder(), debug ? "debug" : "release", "bundle/deb");
  rmSync(bundles, { recursive: true, force: true });
  const config = JSON.stringify({ bundle: withSidecar ? sidecarBundle : {} });
  // With the app's own feature as well, so that cargo watches the built UI.
  const build = ["build", "--ci", ...(debug ? ["--debug"] : []), "--features", "custom-protocol", "--bundles", "deb", "--config", config];
  const tauri = join(modules, "@tauri-apps/cli/tauri.js");
  await step("the package", () => run(process.execPath, [tauri, ...build], { cwd: root }));

  const made = existsSync(bundles) ? readdirSync(bundles).find((file) => file.endsWith(".deb")) : undefined;
  if (!made) throw new Stop("tauri ended well, but there is no package.");
  const size = Math.round(statSync(join(bundles, made)).size / 1e6);
  say(`${join(bundles, made)} (${size} MB). Install it with: sudo apt install ${join(bundles, made)}`);
});

function copySidecar() {
  const triple = /^host: (\S+)$/m.exec(capture("rustc", ["-vV"]).out)?.[1];
  if (!triple) throw new Stop("rustc does not say for which system it builds.");
  const target = join(root, `${SIDECAR}-${triple}`);
  mkdirSync(join(root, "src-tauri/binaries"), { recursive: true });
  copyFileSync(portableOpencode(), target);
  chmodSync(target, 0o755);
  const asked = capture(target, ["--version"]);
  if (asked.out.trim() !== pinnedOpencode().version) throw new Stop(`The sidecar does not run: ${asked.error || asked.out}`);
}

/** npm chooses OpenCode's build for this processor; a package goes to others, so take the one that runs on all. */
function portableOpencode() {
  const baseline = join(modules, `opencode-linux-${process.arch}-baseline`, "bin", "opencode");
  return existsSync(baseline) ? baseline : pinnedOpencode().binary;
}
