import type { SessionRow } from "../../backend/types";
import { dayWords } from "../../shared/time";

/** A line of the tree: a session and how deep it stands, from 1. */
export interface TreeLine {
  id: string;
  level: number;
  /** It has sessions under it. */
  parent: boolean;
  /** Those under it are not shown. */
  collapsed: boolean;
}

/** The lines under one heading. */
export interface TreeGroup {
  name: string;
  lines: TreeLine[];
}

/**
 * The sessions as a tree, newest first, under headings of days. A search keeps what matches, and the parents of that.
 * At most `limit` sessions of the first level are listed; `more` says how many are left out.
 */
export function buildTree(
  sessions: Record<string, SessionRow>,
  options: { query: string; now: number; collapsed: ReadonlySet<string>; limit: number },
): { groups: TreeGroup[]; more: number } {
  const all = Object.values(sessions);
  const children = new Map<string, SessionRow[]>();
  const roots: SessionRow[] = [];
  for (const session of all) {
    if (session.parent !== null && sessions[session.parent]) {
      const siblings = children.get(session.parent);
      if (siblings) siblings.push(session);
      else children.set(session.parent, [session]);
    } else {
      roots.push(session);
    }
  }
  const words = options.query.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = words.length > 0 ? matching(sessions, all, words) : null;
  const visible = roots.filter((root) => !wanted || wanted.has(root.id)).sort((a, b) => b.updated - a.updated);

  const groups: TreeGroup[] = [];
  for (const root of visible.slice(0, options.limit)) {
    const name = dayWords(root.updated, options.now);
    let group = groups.at(-1);
    if (group?.name !== name) {
      group = { name, lines: [] };
      groups.push(group);
    }
    addLines(group.lines, root, 1);
  }
  return { groups, more: Math.max(0, visible.length - options.limit) };

  function addLines(lines: TreeLine[], session: SessionRow, level: number): void {
    const under = (children.get(session.id) ?? []).filter((child) => !wanted || wanted.has(child.id));
    const collapsed = under.length > 0 && !wanted && options.collapsed.has(session.id);
    lines.push({ id: session.id, level, parent: under.length > 0, collapsed });
    if (collapsed) return;
    under.sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
    for (const child of under) addLines(lines, child, level + 1);
  }
}

/** How many sessions stand below one, at any depth. */
export function below(sessions: Record<string, SessionRow>, id: string): number {
  const children = Object.values(sessions).filter((session) => session.parent === id);
  return children.reduce((count, child) => count + 1 + below(sessions, child.id), 0);
}

function matching(sessions: Record<string, SessionRow>, all: SessionRow[], words: string[]): Set<string> {
  const wanted = new Set<string>();
  for (const session of all) {
    const title = session.title.toLowerCase();
    if (!words.every((word) => title.includes(word))) continue;
    for (let at: SessionRow | undefined = session; at && !wanted.has(at.id); at = sessions[at.parent ?? ""]) {
      wanted.add(at.id);
    }
  }
  return wanted;
}
