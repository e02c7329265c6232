// npm start [-- FOLDER…]            builds the app and opens it
// npm start -- --demo               the same on a sample project, with a scripted model: no key, no network
// npm start -- --demo --headless    without a display: one prompt, a screenshot in demo.png

import { delimiter, resolve } from "node:path";
import { buildApp, buildUi } from "./build.mjs";
import { makeDemo } from "./demo.mjs";
import { photograph } from "./headless.mjs";
import { onInterrupt, runInFront } from "./process.mjs";
import { debugBinary, here } from "./project.mjs";
import { main, say, step, Stop } from "./report.mjs";
import { setUp } from "./setup.mjs";

const usage = `npm start [-- FOLDER…]            open each FOLDER
npm start -- --demo               try it on a sample project, with a scripted model
npm start -- --demo --headless    the same without a display; writes demo.png
npm start -- --profile DIR        keep settings and state under DIR`;

await main(async () => {
  const { demo, headless, help, passed } = options(process.argv.slice(2));
  if (help) return say(usage);
  let place;
  const uninterrupted = onInterrupt(() => place?.remove());
  await setUp(headless ? ["build", "run", "test"] : ["build", "run"]);
  await buildUi();
  await buildApp();
  if (!demo) {
    uninterrupted();
    return open(passed, withoutNpm(process.env));
  }
  place = await makeDemo();
  try {
    const args = ["--profile", place.profile, place.project];
    if (!headless) {
      // From here a signal is the app's: it ends, and then its place is removed.
      uninterrupted();
      return await open(args, place.environment);
    }
    const picture = resolve(here, "demo.png");
    await step("one prompt in a window that nobody sees", () => photograph(args, place.environment, picture));
    say(`The window is in ${picture}.`);
    return 0;
  } finally {
    await place.remove();
  }
});

function options(args) {
  const found = { demo: false, headless: false, help: false, passed: [] };
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    if (arg === "--demo") found.demo = true;
    else if (arg === "--headless") found.headless = true;
    else if (arg === "--help" || arg === "-h") found.help = true;
    else if (arg === "--profile") {
      const folder = args[(index += 1)];
      if (!folder) throw new Stop(`--profile needs a folder.\n\n${usage}`);
      found.passed.push(arg, resolve(here, folder));
    } else if (arg.startsWith("-")) throw new Stop(`There is no option ${arg}.\n\n${usage}`);
    else found.passed.push(resolve(here, arg));
  }
  if (found.headless && !found.demo) throw new Stop(`--headless goes with --demo.\n\n${usage}`);
  if (found.demo && found.passed.length > 0) throw new Stop(`--demo brings its own folder.\n\n${usage}`);
  return found;
}

/** npm puts the project's own programs before the person's on PATH: their `opencode` would never be found. */
function withoutNpm(environment) {
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(npm_|INIT_CWD$)/.test(name)));
  const own = (folder) => !/[\\/](node_modules[\\/]\.bin|node-gyp-bin)$/.test(folder);
  if (env.PATH) env.PATH = env.PATH.split(delimiter).filter(own).join(delimiter);
  return env;
}

function open(args, environment) {
  const env = { ...environment };
  if (process.platform === "linux") {
    if (!env.DISPLAY && !env.WAYLAND_DISPLAY) {
      throw new Stop("There is no display. To see that it works without one: npm start -- --demo --headless");
    }
    // With some graphics drivers WebKitGTK's window stays empty otherwise.
    env.WEBKIT_DISABLE_DMABUF_RENDERER ??= "1";
  }
  return runInFront(debugBinary("outrider"), args, { env, cwd: here });
}
