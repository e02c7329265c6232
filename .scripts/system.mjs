// What Outrider needs of the system, and how each kind of system calls it.

import { existsSync, readFileSync } from "node:fs";
import { capture, onPath, run } from "./process.mjs";
import { say, Stop } from "./report.mjs";

const command = (name) => () => onPath(name);
const library = (name) => () => capture("pkg-config", ["--exists", name]).ok;
const font = () => capture("fc-list", [":", "family"]).out.trim() !== "";

/** `need` is what for: build, run (the app itself), test (also for a demo without a display). */
const linux = [
  { need: "build", why: "the C compiler", has: command("cc"), apt: "build-essential", dnf: "gcc", pacman: "base-devel" },
  { need: "build", why: "make, for the memory allocator", has: command("make"), apt: "make", dnf: "make", pacman: "base-devel" },
  { need: "build", why: "finding libraries", has: command("pkg-config"), apt: "pkg-config", dnf: "pkgconf-pkg-config", pacman: "pkgconf" },
  { need: "build", why: "the window (WebKitGTK)", has: library("webkit2gtk-4.1"), apt: "libwebkit2gtk-4.1-dev", dnf: "webkit2gtk4.1-devel", pacman: "webkit2gtk-4.1" },
  { need: "build", why: "quick linking", has: command("mold"), apt: "mold", dnf: "mold", pacman: "mold", optional: true },
  { need: "run", why: "OpenCode's search tools", has: command("rg"), apt: "ripgrep", dnf: "ripgrep", pacman: "ripgrep" },
  { need: "run", why: "OpenCode's snapshots", has: command("git"), apt: "git", dnf: "git", pacman: "git" },
  { need: "test", why: "driving the window", has: command("WebKitWebDriver"), apt: "webkit2gtk-driver", dnf: "webkit2gtk4.1", pacman: "webkit2gtk-4.1" },
  { need: "test", why: "a display without a screen", has: command("Xvfb"), apt: "xvfb", dnf: "xorg-x11-server-Xvfb", pacman: "xorg-server-xvfb" },
  { need: "test", why: "a session bus of its own", has: command("dbus-run-session"), apt: "dbus-x11", dnf: "dbus-daemon", pacman: "dbus" },
  { need: "test", why: "listing fonts", has: command("fc-list"), apt: "fontconfig", dnf: "fontconfig", pacman: "fontconfig" },
  { need: "test", why: "text in screenshots", has: font, apt: "fonts-dejavu-core", dnf: "dejavu-sans-fonts", pacman: "ttf-dejavu" },
];

const mac = [
  { need: "build", why: "the C compiler", has: () => capture("xcode-select", ["-p"]).ok, how: "xcode-select --install" },
  { need: "run", why: "OpenCode's search tools", has: command("rg"), how: "brew install ripgrep" },
  { need: "run", why: "OpenCode's snapshots", has: command("git"), how: "xcode-select --install" },
];

const windows = [
  { need: "run", why: "OpenCode's search tools", has: command("rg"), how: "winget install BurntSushi.ripgrep.MSVC" },
  { need: "run", why: "OpenCode's snapshots", has: command("git"), how: "winget install Git.Git" },
];

/** Makes sure that the system has what `needs` names; installs it where apt does that, and says what is missing elsewhere. */
export async function checkSystem(needs) {
  if (process.platform !== "linux") {
    const missing = missingOf(process.platform === "darwin" ? mac : windows, needs);
    if (missing.length > 0) {
      throw new Stop(`Something is missing; install it and try again:\n${missing.map((part) => `  ${part.how}    (${part.why})`).join("\n")}`);
    }
    return;
  }
  const missing = missingOf(linux, needs);
  if (missing.some((part) => !part.optional) || (missing.length > 0 && onPath("apt-get"))) await install(missing);
  if (needs.includes("build")) checkLinker();
}

function missingOf(parts, needs) {
  return parts.filter((part) => needs.includes(part.need) && !part.has());
}

async function install(missing) {
  if (!onPath("apt-get")) throw new Stop(advice(missing));
  // What is optional comes by itself, so that a release without it does not stop the rest.
  for (const group of [missing.filter((part) => !part.optional), missing.filter((part) => part.optional)]) {
    if (group.length === 0) continue;
    say(`Installing with apt: ${group.map((part) => `${part.apt} (${part.why})`).join(", ")}`);
    try {
      await apt(["update", "-q"]);
      await apt(["install", "-q", "-y", "--no-install-recommends", ...group.map((part) => part.apt)]);
    } catch (error) {
      if (group[0].optional) continue;
      throw new Stop(`apt could not install what is missing: ${error.message}\nInstall it by hand and try again:\n  sudo apt-get install ${group.map((part) => part.apt).join(" ")}`);
    }
  }
  const still = missing.filter((part) => !part.optional && !part.has());
  if (still.length > 0) throw new Stop(`Still missing after the installation: ${still.map((part) => part.apt).join(", ")}`);
}

async function apt(args) {
  const environment = ["DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
  if (process.getuid() === 0) return run("env", environment);
  if (!onPath("sudo")) throw new Stop("this needs root, and there is no sudo.");
  // Without a terminal nobody could type a password: sudo must fail instead of waiting.
  const ask = process.stdin.isTTY ? [] : ["-n"];
  say("sudo may ask for your password.");
  return run("sudo", [...ask, "env", ...environment], { stdio: "inherit" });
}

function advice(missing) {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const names = (key) => [...new Set(missing.map((part) => part[key]))].join(" ");
  const reasons = missing.map((part) => part.why).join(", ");
  if (/^ID(_LIKE)?=.*\b(fedora|rhel)\b/m.test(release)) return `Missing: ${reasons}. Install:\n  sudo dnf install ${names("dnf")}`;
  if (/^ID(_LIKE)?=.*\barch\b/m.test(release)) return `Missing: ${reasons}. Install:\n  sudo pacman -S --needed ${names("pacman")}`;
  return `Missing: ${reasons}. Install what your system calls these (Debian's names): ${names("apt")}`;
}

/** .cargo/config.toml links with mold. Where it is not there, or the compiler is too old for it, link without. */
function checkLinker() {
  if (process.env.RUSTFLAGS !== undefined) return;
  const linked = capture("cc", ["-fuse-ld=mold", "-x", "c", "-o", "/dev/null", "-"], { input: "int main(void) { return 0; }\n" });
  if (linked.ok) return;
  say("mold cannot be used here: linking with the system's linker, which takes longer.");
  // The variable, even empty, takes the place of the flags in .cargo/config.toml.
  process.env.RUSTFLAGS = "";
}
