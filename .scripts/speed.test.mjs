import assert from "node:assert/strict";
import { test } from "node:test";
import { table, withTable } from "./speed.mjs";

const row = (reached) => ({ what: "Lag", measured: "9 ms", floor: "3 ms", bound: "≤ 80 ms", reached });

test("a bound that is not reached is said to be so", () => {
  const groups = { lag: { measured: "2026-11-23", load: 1.5, rows: [row(true), row(false), row(null)] } };
  const lines = table({ machine: "a machine", groups }).split("\n").slice(-3);
  assert.deepEqual(lines, [
    "| Lag | 9 ms | 3 ms | ✓ ≤ 80 ms |",
    "| Lag | 9 ms | 3 ms | ✗ ≤ 80 ms |",
    "| Lag | 9 ms | 3 ms | ≤ 80 ms |",
  ]);
});

test("the table stands between its marks, and nothing else changes", () => {
  const text = withTable(readme("old"), "new");
  assert.equal(text, readme("new"));
  assert.throws(() => withTable("no marks", "new"));
});

function readme(table) {
  return `before\n<!-- made by \`npm run bench\` from tests/bench/results.json -->\n${table}\n<!-- end of what is made -->\nafter\n`;
}
