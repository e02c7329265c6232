import assert from "node:assert/strict";
import { test } from "node:test";
import { campaignCounts, cargoCounts, nodeCounts, orphanCounts } from "./counts.mjs";

test("nextest's summary, with all its kinds of failure", () => {
  assert.deepEqual(cargoCounts("     Summary [   0.412s] 12 tests run: 12 passed, 3 skipped\n"), { passed: 12, failed: 0 });
  assert.deepEqual(
    cargoCounts("\u001b[31m     Summary\u001b[0m [  61.0s] 9/10 tests run: 5 passed (1 slow), 3 failed, 1 timed out, 0 skipped\n"),
    { passed: 5, failed: 4 },
  );
});

test("cargo test's results are added up", () => {
  const output = "test result: ok. 3 passed; 0 failed; 0 ignored;\n\ntest result: FAILED. 4 passed; 2 failed; 0 ignored;\n";
  assert.deepEqual(cargoCounts(output), { passed: 7, failed: 2 });
});

test("no summary is no count, not nought", () => {
  assert.equal(cargoCounts("error: could not compile `outrider`\n"), undefined);
  assert.equal(nodeCounts("oops\n"), undefined);
});

test("survivors are a failure", () => {
  assert.deepEqual(orphanCounts("round 1: 18 processes\n3 rounds, 0 survivors\n"), { passed: 3, failed: 0 });
  assert.deepEqual(orphanCounts("3 rounds, 2 survivors\n"), { passed: 0, failed: 1 });
  assert.equal(orphanCounts("thread main panicked\n"), undefined);
});

test("node's runner", () => {
  assert.deepEqual(nodeCounts("# tests 3\n# pass 2\n# fail 1\n# cancelled 0\n"), { passed: 2, failed: 1 });
});

test("a campaign's closing line, and nothing above it", () => {
  assert.deepEqual(campaignCounts("10 s: 4 passed, 0 failed\n29 passed, 1 failed\n"), { passed: 29, failed: 1 });
  assert.equal(campaignCounts("29 passed, 1 failed\nkilled\n"), undefined);
});
