import { describe, expect, it } from "vitest";
import { broadWords, kindWords, patternWords } from "./words";

describe("words of a rule", () => {
  it.each([
    ["bash", "*", "allow", "run any command"],
    ["bash", " ** ", "allow", "run any command"],
    ["*", "?*", "allow", "do anything"],
    ["ba*", "*", "allow", "do anything"],
    ["edit", "*", "allow", "Change a file"],
    ["bash", "git *", "allow", null],
    ["bash", "", "allow", null],
    ["*", "*", "deny", null],
  ] as const)("%s %s %s warns: %s", (kind, pattern, answer, words) => {
    const said = broadWords({ kind, pattern, answer });
    if (words === null) expect(said).toBeNull();
    else expect(said).toContain(words);
  });

  it("has some for kinds that nobody foresaw", () => {
    expect(kindWords("github_create_issue")).toBe("github_create_issue");
    expect(patternWords("github_create_issue")[1]).toBe("*");
  });
});
