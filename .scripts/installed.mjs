// The package as a person gets it: built, installed into an empty folder, and what is in it.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture } from "./process.mjs";
import { targetFolder } from "./project.mjs";

/** Installs the newest quickly built package with dpkg into a folder of its own: `{ app, remove }`. */
export function installPackage() {
  const bundles = join(targetFolder(), "debug/bundle/deb");
  const deb = readdirSync(bundles).find((file) => file.endsWith(".deb"));
  if (!deb) throw new Error(`There is no package in ${bundles}.`);
  const place = mkdtempSync(join(tmpdir(), "outrider-installed-"));
  const admin = join(place, "dpkg");
  for (const folder of ["info", "updates", "triggers"]) mkdirSync(join(admin, folder), { recursive: true });
  writeFileSync(join(admin, "status"), "");
  // The empty place has none of the libraries; the machine does.
  const force = ["--force-depends", "--force-not-root", "--force-script-chrootless"];
  const installed = capture("dpkg", [`--instdir=${place}`, `--admindir=${admin}`, ...force, "--install", join(bundles, deb)]);
  if (!installed.ok) throw new Error(installed.error || installed.out);
  return { place, app: join(place, "usr/bin/outrider"), remove: () => rmSync(place, { recursive: true, force: true }) };
}

/** What is wrong with what was installed. */
export function checkInstalled(place) {
  const wrong = [];
  const programs = readdirSync(join(place, "usr/bin")).sort();
  if (programs.join() !== "outrider,outrider-guardian,outrider-opencode") wrong.push(`/usr/bin holds ${programs.join(", ")}`);
  const applications = join(place, "usr/share/applications");
  const entries = existsSync(applications) ? readdirSync(applications) : [];
  if (entries.length !== 1) wrong.push(`${entries.length} desktop entries`);
  for (const entry of entries) {
    const text = readFileSync(join(applications, entry), "utf8");
    for (const line of ["Exec=outrider", "Icon=outrider", "Name=Outrider", "Categories=Development;"]) {
      if (!text.split("\n").some((found) => found.startsWith(line))) wrong.push(`${entry} has no ${line}`);
    }
  }
  const icons = ["32x32", "128x128"].map((size) => join(place, "usr/share/icons/hicolor", size, "apps/outrider.png"));
  return wrong.concat(icons.filter((icon) => !existsSync(icon)).map((icon) => `${icon} is missing`));
}
