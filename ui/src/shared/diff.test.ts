import { expect, it } from "vitest";
import { diffLines } from "./diff";

it("knows a removed line that looks like the head of a file", () => {
  const diff =
    "@@ -1,2 +1,2 @@\n--- all users\n+++ nobody\n select 1;\n--- a/b.sql\n+++ b/b.sql\n@@ -4 +4 @@\n-a\n+b\n";
  expect(diffLines(diff).map(({ kind }) => kind)).toEqual([
    "place",
    "removed",
    "added",
    "kept",
    "place",
    "place",
    "place",
    "removed",
    "added",
  ]);
});
