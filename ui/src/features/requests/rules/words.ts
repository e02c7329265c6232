import type { Rule } from "../../../backend/types";

/** The kinds of permission that OpenCode asks for by itself; tools of others have their own names. */
export const KINDS: [kind: string, words: string][] = [
  ["bash", "Run a command"],
  ["edit", "Change a file"],
  ["read", "Read a file"],
  ["external_directory", "Work outside of the folder"],
  ["webfetch", "Fetch a page"],
  ["task", "Start a subagent"],
  ["*", "Any kind"],
];

/** A kind of permission in words. */
export function kindWords(kind: string): string {
  return KINDS.find(([known]) => known === kind)?.[1] ?? kind;
}

const PATTERNS: Record<string, [hint: string, example: string]> = {
  bash: ["A command. Of a chain, each command must be allowed by a rule.", "git log *"],
  edit: ["A path inside of the folder.", "src/*"],
  read: ["A path, as the request shows it.", "*.md"],
  external_directory: ["A path, as the request shows it.", "/tmp/*"],
  webfetch: ["An address.", "https://docs.rs/*"],
  task: ["The kind of subagent.", "explore"],
};

/** What a pattern of this kind is about, and an example. */
export function patternWords(kind: string): [hint: string, example: string] {
  return PATTERNS[kind] ?? ["What the request is about, as its card shows it.", "*"];
}

/** What a rule that allows without looking lets the agent do; null for one that looks. */
export function broadWords(rule: Pick<Rule, "kind" | "pattern" | "answer">): string | null {
  if (rule.answer !== "allow" || rule.pattern.trim() === "" || /[^*?\s]/.test(rule.pattern)) return null;
  if (rule.kind === "bash") return "This lets the agent run any command without asking you.";
  if (/[*?]/.test(rule.kind)) {
    return "This lets the agent do anything without asking you: run any command, change any file, leave the folder.";
  }
  return `This allows every request of the kind “${kindWords(rule.kind)}” without asking you.`;
}
