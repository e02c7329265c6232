// The app in a window that nobody sees: one prompt through WebDriver, and a picture of the answer.

import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { onPath, startCompanion, stopCompanion, until, untilServing } from "./process.mjs";
import { debugBinary } from "./project.mjs";
import { Stop } from "./report.mjs";
import { Window } from "./webdriver.mjs";

const PROMPT = "What can you show me?";
const READY = 90_000;
const ANSWER = 180_000;

/** Starts an X server without a screen on a free display: `{ display, stop }`. */
export async function startDisplay(size = "1280x820x24") {
  const server = startCompanion("Xvfb", ["-displayfd", "3", "-screen", "0", size, "-nolisten", "tcp", "-noreset"], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  let number = "";
  server.stdio[3].setEncoding("utf8").on("data", (text) => (number += text));
  try {
    await untilServing(server, "Xvfb", 20_000, () => number.endsWith("\n"));
  } catch (error) {
    await stopCompanion(server);
    throw error;
  }
  return { display: `:${number.trim()}`, stop: () => stopCompanion(server) };
}

/** Runs the app with `args`, sends a prompt, waits for the whole answer and writes the window to `picture`. */
export async function photograph(args, environment, picture) {
  const display = await startDisplay();
  let driver;
  let window;
  try {
    driver = await startDriver({ ...environment, DISPLAY: display.display });
    window = await Window.open(driver.url, debugBinary("outrider"), args);
    await converse(window);
    writeFileSync(picture, await window.screenshot());
  } catch (error) {
    throw await explained(error, window, driver);
  } finally {
    await window?.close().catch(() => {});
    await driver?.stop();
    await display.stop();
  }
}

async function startDriver(environment) {
  const port = await freePort();
  const own = ["WebKitWebDriver", `--port=${port}`, "--host=127.0.0.1"];
  const [command, ...args] = onPath("dbus-run-session") ? ["dbus-run-session", "--", ...own] : own;
  const env = {
    ...environment,
    TAURI_AUTOMATION: "true",
    TAURI_WEBVIEW_AUTOMATION: "true",
    GDK_BACKEND: "x11",
    // With "1", which is right for some real displays, WebKitGTK never finishes a screenshot under Xvfb.
    WEBKIT_DISABLE_DMABUF_RENDERER: "0",
    // No accessibility bus: nobody listens.
    NO_AT_BRIDGE: "1",
  };
  delete env.WAYLAND_DISPLAY;
  delete env.DBUS_SESSION_BUS_ADDRESS;
  const server = startCompanion(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const url = `http://127.0.0.1:${port}`;
  const answers = () => fetch(`${url}/status`, { signal: AbortSignal.timeout(2000) }).then((answer) => answer.ok, () => false);
  try {
    await untilServing(server, "WebKitWebDriver", 20_000, answers);
  } catch (error) {
    await stopCompanion(server);
    throw error;
  }
  return { url, output: server.said, stop: () => stopCompanion(server) };
}

async function converse(window) {
  const connection = () => window.look("connection");
  await until(
    async () => `The app did not get ready: its connection is "${(await connection()) ?? "not shown"}".`,
    READY,
    async () => (await connection()) === "connected" && (await window.look("composer")) === "ready",
  );
  await window.type("composer", PROMPT);
  await window.click("send");
  await until(
    async () => `The answer did not end: ${JSON.stringify(await window.look("conversation"))}.`,
    ANSWER,
    async () => {
      if (await window.look("permission")) await window.click("permission").catch(ignoreStale);
      const { answers, last, session } = await window.look("conversation");
      if (last === "error" || session === "error") throw new Stop(`The answer ended with an error:\n${await window.look("text")}`);
      return answers > 0 && last === "complete" && session === "idle" && !(await window.look("permission"));
    },
    200,
  );
}

/** A button can go between looking for it and pressing it. */
function ignoreStale(error) {
  if (!/stale element|no such element/.test(error.message)) throw error;
}

async function explained(error, window, driver) {
  const shown = await window?.look("text").catch(() => undefined);
  const parts = [error.message, shown && `The window showed:\n${shown}`, driver?.output() && `The app said:\n${driver.output()}`];
  return new Stop(parts.filter(Boolean).join("\n\n"));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
