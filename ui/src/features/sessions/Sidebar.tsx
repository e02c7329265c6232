import Plus from "lucide-solid/icons/plus";
import Search from "lucide-solid/icons/search";
import { createMemo, createSignal, For, Show } from "solid-js";
import type { SessionRow } from "../../backend/types";
import { Button } from "../../shared/Button";
import { createNow } from "../../shared/time";
import { DeleteLine } from "./DeleteLine";
import { SessionLine } from "./SessionLine";
import { below, buildTree, type TreeLine } from "./tree";
import "./sessions.css";

/** How many sessions of the first level are drawn at first, and with each "Show more". */
const PAGE = 100;
const MINUTE = 60_000;

/** All sessions of the folder, with a search. */
export function Sidebar(props: {
  sessions: Record<string, SessionRow>;
  selected: string | null;
  /** Why no session can be made now, where none can. */
  noServer: string | null;
  onOpen: (session: string) => void;
  onDelete: (session: string) => Promise<void>;
  onNew: () => void;
}) {
  const now = createNow(MINUTE);
  const [query, setQuery] = createSignal("");
  const [limit, setLimit] = createSignal(PAGE);
  const [collapsed, setCollapsed] = createSignal<ReadonlySet<string>>(new Set());
  const [reached, setReached] = createSignal<string | null>(null);
  const [deleting, setDeleting] = createSignal<string | null>(null);
  let treeElement: HTMLDivElement | undefined;

  const tree = createMemo(() =>
    buildTree(props.sessions, { query: query(), now: now(), collapsed: collapsed(), limit: limit() }),
  );
  const names = createMemo(() => tree().groups.map((group) => group.name));
  const lines = createMemo(() => new Map(tree().groups.flatMap((group) => group.lines.map((line) => [line.id, line]))));
  const reachable = () => {
    const wanted = reached() ?? props.selected;
    return wanted !== null && lines().has(wanted) ? wanted : ([...lines().keys()][0] ?? null);
  };
  const idsOf = (name: string) =>
    tree()
      .groups.find((group) => group.name === name)
      ?.lines.map((line) => line.id) ?? [];

  const toggle = (id: string, collapse: boolean) => {
    const next = new Set(collapsed());
    if (collapse) next.add(id);
    else next.delete(id);
    setCollapsed(next);
  };
  const focusLine = (id: string | undefined) => {
    if (id === undefined) return;
    setReached(id);
    treeElement?.querySelector<HTMLElement>(`[data-tree-id="${CSS.escape(id)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = (event.target as HTMLElement).dataset.treeId;
    const line = at === undefined ? undefined : lines().get(at);
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    if (onTreeKey(event.key, line)) event.preventDefault();
  };
  /** The keys of a tree, as WAI-ARIA describes them; true when the key meant something. */
  const onTreeKey = (key: string, line: TreeLine): boolean => {
    const order = [...lines().keys()];
    const at = order.indexOf(line.id);
    switch (key) {
      case "ArrowDown":
        focusLine(order[at + 1]);
        return true;
      case "ArrowUp":
        focusLine(order[at - 1]);
        return true;
      case "Home":
        focusLine(order[0]);
        return true;
      case "End":
        focusLine(order.at(-1));
        return true;
      case "ArrowRight":
        if (line.collapsed) toggle(line.id, false);
        else if (line.parent) focusLine(order[at + 1]);
        return true;
      case "ArrowLeft":
        if (line.parent && !line.collapsed) toggle(line.id, true);
        else focusLine(props.sessions[line.id]?.parent ?? undefined);
        return true;
      case "Enter":
      case " ":
        props.onOpen(line.id);
        return true;
      case "Delete":
        setDeleting(line.id);
        return true;
      default:
        return false;
    }
  };
  const keep = (id: string) => {
    setDeleting(null);
    focusLine(id);
  };

  return (
    <nav class="sidebar" aria-label="Sessions of this folder">
      <div class="sidebar-search">
        <Search class="icon small" />
        <input
          class="sidebar-query"
          type="search"
          placeholder="Search"
          aria-label="Search sessions"
          value={query()}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
      </div>
      <Button
        look="plain"
        class="sidebar-new"
        disabled={props.noServer !== null}
        title={props.noServer ?? undefined}
        onClick={() => props.onNew()}
      >
        <Plus class="icon small" />
        New session
      </Button>
      <div class="tree" role="tree" aria-label="All sessions" ref={treeElement} onKeyDown={onKeyDown}>
        <For each={names()} fallback={<p class="tree-empty">{emptyWords(query())}</p>}>
          {(name) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of a tree is no fieldset
            <div role="group" aria-label={name}>
              <div class="tree-heading" aria-hidden="true">
                {name}
              </div>
              <For each={idsOf(name)}>
                {(id) => (
                  <Show when={props.sessions[id]}>
                    {(session) => (
                      <Show
                        when={deleting() !== id}
                        fallback={
                          <DeleteLine
                            session={session()}
                            below={below(props.sessions, id)}
                            onDelete={() => props.onDelete(id)}
                            onKeep={() => keep(id)}
                          />
                        }
                      >
                        <SessionLine
                          session={session()}
                          line={lines().get(id)}
                          now={now()}
                          selected={props.selected === id}
                          reachable={reachable() === id}
                          onOpen={() => {
                            setReached(id);
                            props.onOpen(id);
                          }}
                          onToggle={(collapse) => toggle(id, collapse)}
                          onDelete={() => setDeleting(id)}
                        />
                      </Show>
                    )}
                  </Show>
                )}
              </For>
            </div>
          )}
        </For>
      </div>
      <Show when={tree().more > 0}>
        <Button look="plain" class="sidebar-new" onClick={() => setLimit(limit() + PAGE)}>
          Show {Math.min(PAGE, tree().more)} more
        </Button>
      </Show>
    </nav>
  );
}

function emptyWords(query: string): string {
  return query.trim() ? "No session has these words in its title." : "Sessions appear here. Write a message to begin.";
}
