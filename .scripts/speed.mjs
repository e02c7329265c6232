// The table of README.md that says how fast Outrider is, made of tests/bench/results.json.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./project.mjs";

/** What `npm run bench` found. */
export const resultsFile = join(root, "tests/bench/results.json");

const readme = join(root, "README.md");
const BEGIN = "<!-- made by `npm run bench` from tests/bench/results.json -->";
const END = "<!-- end of what is made -->";
const ORDER = ["lag", "instances", "sessions", "memory", "core", "start", "idle"];

/** Writes the table into README.md, and gives it back. */
export function writeTable() {
  const made = table(results());
  writeFileSync(readme, withTable(readFileSync(readme, "utf8"), made));
  return made;
}

/** What is wrong with README.md's table: a list, empty when it says what was measured. */
export function tableIsStale() {
  const text = readFileSync(readme, "utf8");
  const same = text === withTable(text, table(results()));
  return same ? [] : ["README.md: the table of speeds is not that of tests/bench/results.json; `npm run bench` writes it"];
}

/** The table as Markdown. */
export function table({ machine, groups }) {
  const measured = ORDER.filter((name) => groups[name]);
  const lines = measured.flatMap((name) =>
    groups[name].rows.map(({ what, measured, floor, bound, reached }) => {
      const verdict = reached === null ? bound : `${reached ? "✓" : "✗"} ${bound}`;
      return `| ${what} | ${measured} | ${floor} | ${verdict} |`;
    }),
  );
  const dates = measured.map((name) => groups[name].measured).sort();
  const loads = measured.map((name) => groups[name].load);
  const when = dates[0] === dates.at(-1) ? dates[0] : `${dates[0]} to ${dates.at(-1)}`;
  const load = `${Math.min(...loads)} to ${Math.max(...loads)}`;
  return [
    `Measured ${when} on ${machine}; the machine's load before each part was ${load}.`,
    "",
    "| what | measured | beside it | must reach |",
    "| --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

/** The text with the table between its marks. */
export function withTable(text, table) {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("README.md has no place for the table of speeds");
  return `${text.slice(0, begin)}${BEGIN}\n${table}\n${text.slice(end)}`;
}

function results() {
  return JSON.parse(readFileSync(resultsFile, "utf8"));
}
