import type { ContextView, OverviewView, TodoItem } from "../../backend/types";
import { costWords } from "../../shared/cost";

/** A count of tokens, short: `940`, `12.3 k`, `1.2 M`. */
export function tokenWords(tokens: number): string {
  if (tokens < 1_000) return String(tokens);
  if (tokens < 999_500) return `${short(tokens / 1_000)} k`;
  return `${short(tokens / 1_000_000)} M`;
}

function short(number: number): string {
  return number < 100 ? number.toFixed(1).replace(/\.0$/, "") : String(Math.round(number));
}

/** How full the window is, from 0 to 1; null when how much it holds is not known. */
export function fullness(context: ContextView): number | null {
  return context.limit ? Math.min(1, context.used / context.limit) : null;
}

/** What stands beside the composer: `12 % · $0.04`. */
export function overviewWords(overview: OverviewView): string {
  const { context } = overview;
  const full = context && fullness(context);
  const used = full === null ? (context ? `${tokenWords(context.used)} tokens` : "") : percent(full ?? 0);
  return [used, costWords(overview.cost_with_children)].filter(Boolean).join(" · ");
}

/** A share in per cent; what is not nothing is at least 1 %. */
export function percent(share: number): string {
  return `${share > 0 ? Math.max(1, Math.round(share * 100)) : 0} %`;
}

/** How much of a list is done, and what is being done or comes next. */
export function todoWords(todos: readonly TodoItem[]): { done: number; all: number; next: string | null } {
  const done = todos.filter((todo) => todo.state === "completed" || todo.state === "cancelled").length;
  const next =
    todos.find((todo) => todo.state === "in_progress") ?? todos.find((todo) => todo.state === "pending") ?? null;
  return { done, all: todos.length, next: next?.text ?? null };
}
