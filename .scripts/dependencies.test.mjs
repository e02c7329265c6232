import assert from "node:assert/strict";
import { test } from "node:test";
import { cratesVerdict, npmVerdict } from "./dependencies.mjs";

test("a database that cannot be reached is no finding, a finding is one", () => {
  const unreachable = "[ERROR] failed to fetch advisory database https://example.org/db with cli: failed to clone";
  assert.ok(cratesVerdict({ ok: false, code: 1, error: unreachable, out: "" }).leftOut);
  const neverHere = "[ERROR] failed to get 'FETCH_HEAD' metadata: [\"-C\", \"advisory-dbs/advisory-db-3157\"]";
  assert.ok(cratesVerdict({ ok: false, code: 1, error: neverHere, out: "" }).leftOut);
  assert.ok(cratesVerdict({ ok: false, code: null, error: "", out: "" }).leftOut, "it took too long");
  assert.deepEqual(cratesVerdict({ ok: true, code: 0, error: "advisories ok", out: "" }), { wrong: [] });
  const found = cratesVerdict({ ok: false, code: 1, error: "error[vulnerability]: use after free", out: "" });
  assert.deepEqual(found, { wrong: ["error[vulnerability]: use after free"] });
});

test("npm's report: none, an error, nothing found, something found", () => {
  assert.ok(npmVerdict({ out: "" }).leftOut);
  assert.match(npmVerdict({ out: '{"message":"405 Method Not Allowed","statusCode":405}' }).leftOut, /405/);
  assert.deepEqual(npmVerdict({ out: '{"vulnerabilities":{},"metadata":{}}' }), { wrong: [] });
  const one = { name: "left", severity: "high", range: "<2", via: ["right", { title: "Prototype pollution", url: "https://example.org/1" }] };
  const { wrong } = npmVerdict({ out: JSON.stringify({ vulnerabilities: { left: one } }) });
  assert.deepEqual(wrong, ["left <2 (high): right; Prototype pollution (https://example.org/1)"]);
});
