// How many tests passed and failed, from what the runners print.

import { existsSync, readFileSync } from "node:fs";

/** From cargo nextest's summary, or the sum of cargo test's results. Undefined when there is neither. */
export function cargoCounts(output) {
  const plain = output.replace(/\u001b\[[0-9;]*m/g, "");
  const summary = /^\s*Summary \[.*?\]\s+(?:\d+\/)?\d+ tests? run: (.*)$/m.exec(plain);
  if (summary) {
    const count = (words) => Number(new RegExp(`(\\d+) (?:${words})`).exec(summary[1])?.[1] ?? 0);
    return { passed: count("passed"), failed: count("failed") + count("timed out") + count("exec failed") };
  }
  const results = [...plain.matchAll(/^test result: .*? (\d+) passed; (\d+) failed;/gm)];
  if (results.length === 0) return undefined;
  return results.reduce((sum, [, passed, failed]) => ({ passed: sum.passed + +passed, failed: sum.failed + +failed }), { passed: 0, failed: 0 });
}

/** From the last line of `orphans`: a round without survivors passes; however many there are, they are one failure. */
export function orphanCounts(output) {
  const [, rounds, survivors] = /^(\d+) rounds, (\d+) survivors$/m.exec(output) ?? [];
  if (rounds === undefined) return undefined;
  return survivors === "0" ? { passed: Number(rounds), failed: 0 } : { passed: 0, failed: 1 };
}

/** From a campaign's closing line. */
export function campaignCounts(output) {
  const closing = /^(\d+) passed, (\d+) failed$/m.exec(output.trimEnd().split("\n").at(-1) ?? "");
  return closing ? { passed: +closing[1], failed: +closing[2] } : undefined;
}

/** From vitest's JSON report. A file that could not be loaded counts as one failure. */
export function vitestCounts(file) {
  if (!existsSync(file)) return undefined;
  const report = JSON.parse(readFileSync(file, "utf8"));
  const broken = report.testResults.filter((suite) => suite.status === "failed" && suite.assertionResults.length === 0).length;
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken };
}

/** From node's own test runner. */
export function nodeCounts(output) {
  const count = (word) => new RegExp(`^(?:#|ℹ) ${word} (\\d+)$`, "m").exec(output)?.[1];
  if (count("pass") === undefined) return undefined;
  return { passed: Number(count("pass")), failed: Number(count("fail")) + Number(count("cancelled")) };
}
