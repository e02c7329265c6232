// Runs the stages of the tests one after the other, and counts.

import { createWriteStream, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runLogged } from "./process.mjs";
import { root } from "./project.mjs";
import { bold, dim, duration, green, red, say } from "./report.mjs";

/** Where each stage's output is kept. */
export const logs = join(root, "tests/artifacts/logs");

/** How much of a failed stage's output is shown. */
const SHOWN = 120;
const SIGN_OF_LIFE = 30_000;

export class Stages {
  #passed = 0;
  #failed = 0;
  #summary = [];

  constructor() {
    rmSync(logs, { recursive: true, force: true });
    mkdirSync(logs, { recursive: true });
  }

  /** A stage that is one check: `work` throws, or returns a list of what is wrong, when it fails. */
  async check(title, work) {
    return this.#stage(title, async () => {
      const wrong = (await work()) ?? [];
      if (wrong.length > 0) throw new Error(wrong.join("\n"));
      return { passed: 1, failed: 0 };
    });
  }

  /** A check that asks someone else: `work` gives `{ leftOut }`, the reason why there is no answer, or `{ wrong }`, a list. */
  async asked(title, work) {
    return this.#stage(title, async () => {
      const { leftOut, wrong } = await work();
      if (leftOut) return { passed: 0, failed: 0, leftOut };
      return wrong.length > 0 ? { passed: 0, failed: 1, problem: wrong.join("\n") } : { passed: 1, failed: 0 };
    });
  }

  /**
   * A stage that is a program. Without `count` it is one check, by its exit code. With it, `count(output)` gives the
   * tests that passed and failed; a run that counts none, or fails otherwise than by a test, is one failure more.
   */
  async program(title, command, args, { count, ...options } = {}) {
    return this.#stage(title, async (name) => {
      const { code, output } = await logged(name, command, args, options);
      const counted = count?.(output) ?? { passed: 0, failed: 0 };
      if (!count && code === 0) return { passed: 1, failed: 0 };
      if (count && code === 0 && counted.passed + counted.failed > 0) return counted;
      if (counted.failed === 0) counted.failed = 1;
      const reason = code === 0 ? "no test ran" : `ended with code ${code}`;
      return { ...counted, problem: `${tail(output)}\n${reason}; all of it is in tests/artifacts/logs/${name}.log` };
    });
  }

  /** Prints the summary and the closing line; the exit code. */
  close() {
    say(`\n${bold("Summary")}`);
    for (const line of this.#summary) say(line);
    say();
    say(`${this.#passed} passed, ${this.#failed} failed`);
    return this.#failed === 0 ? 0 : 1;
  }

  async #stage(title, work) {
    say(`${bold("•")} ${title} …`);
    const began = performance.now();
    let result;
    try {
      result = await work(title.toLowerCase().replace(/[^a-z0-9]+/g, "-"));
    } catch (error) {
      result = { passed: 0, failed: 1, problem: error.message };
    }
    this.#passed += result.passed;
    this.#failed += result.failed;
    if (result.problem) say(result.problem.replace(/^/gm, "  "));
    const counts = result.leftOut ? `left out: ${result.leftOut}` : `${result.passed} passed, ${result.failed} failed`;
    const mark = result.leftOut ? dim("–") : result.failed ? red("✗") : green("✓");
    const line = `${mark} ${title}: ${counts} ${dim(duration(performance.now() - began))}`;
    say(line);
    this.#summary.push(`  ${line}`);
    return result.failed === 0;
  }
}

async function logged(name, command, args, options) {
  const log = createWriteStream(join(logs, `${name}.log`));
  let output = "";
  let last = "";
  const watch = (text) => {
    output += text;
    last = text.trim().split("\n").at(-1) || last;
  };
  const began = performance.now();
  const alive = setInterval(() => say(dim(`  ${duration(performance.now() - began)}: ${last.slice(0, 120)}`)), SIGN_OF_LIFE);
  try {
    return { code: await runLogged(command, args, { cwd: root, ...options, log, watch }), output };
  } finally {
    clearInterval(alive);
    log.end();
  }
}

function tail(output) {
  return output.trimEnd().split("\n").slice(-SHOWN).join("\n");
}
