import type { FindView } from "../../../backend/types";

/** What is said of how often something was found. */
export function countWords(text: string, found: FindView | null): string {
  if (text.trim() === "") return "";
  if (!found) return "Searching…";
  if (found.count === 0) return found.searching || found.older ? "Searching…" : "No matches";
  const count = found.count.toLocaleString("en");
  return found.at ? `${found.at.index.toLocaleString("en")} of ${count}` : count;
}
