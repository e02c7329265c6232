/** What a line of a unified diff is; `place` says where the others belong. */
export type DiffLineKind = "added" | "removed" | "kept" | "place";

const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;
const PLACE = /^(\+\+\+|---|@@|diff |index |Index: |={3,}|\\ )/;

/** The lines of a unified diff. A hunk says how many lines it has: in it, `--- a` is a removed line `-- a`. */
export function diffLines(diff: string): { text: string; kind: DiffLineKind }[] {
  let before = 0;
  let after = 0;
  return diff
    .replace(/\n$/, "")
    .split("\n")
    .map((text) => {
      const hunk = HUNK.exec(text);
      if (hunk) {
        before = Number(hunk[1] ?? 1);
        after = Number(hunk[2] ?? 1);
        return { text, kind: "place" };
      }
      const kind = before > 0 || after > 0 ? marked(text) : PLACE.test(text) ? "place" : marked(text);
      if (kind === "removed" || kind === "kept") before -= 1;
      if (kind === "added" || kind === "kept") after -= 1;
      return { text, kind };
    });
}

function marked(text: string): DiffLineKind {
  if (text.startsWith("+")) return "added";
  if (text.startsWith("-")) return "removed";
  return text.startsWith("\\") ? "place" : "kept";
}
