import ChevronRight from "lucide-solid/icons/chevron-right";
import Trash from "lucide-solid/icons/trash";
import { Show } from "solid-js";
import type { SessionRow } from "../../backend/types";
import { IconButton } from "../../shared/Button";
import { ageWords } from "../../shared/time";
import { SESSION_WORDS, SessionMark, UNSEEN_WORDS } from "./SessionMark";
import type { TreeLine } from "./tree";

/** Deeper sessions are not moved further to the right. */
const DEEPEST = 4;

/** A session in the tree. */
export function SessionLine(props: {
  session: SessionRow;
  line: TreeLine | undefined;
  now: number;
  selected: boolean;
  reachable: boolean;
  onOpen: () => void;
  onToggle: (collapse: boolean) => void;
  onDelete: () => void;
}) {
  const level = () => props.line?.level ?? 1;
  const waiting = () => props.session.waiting;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: Solid's attribute is tabindex
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys of all its items
    <div
      class="tree-line"
      classList={{ selected: props.selected }}
      role="treeitem"
      aria-level={level()}
      aria-selected={props.selected}
      aria-expanded={props.line?.parent ? !props.line.collapsed : undefined}
      aria-label={props.session.title}
      aria-description={[
        props.session.state !== "idle" && SESSION_WORDS[props.session.state],
        waiting() > 0 && `${waiting()} waiting for you`,
        props.session.unseen && UNSEEN_WORDS,
        ageWords(props.session.updated, props.now),
      ]
        .filter(Boolean)
        .join(", ")}
      tabindex={props.reachable ? 0 : -1}
      data-tree-id={props.session.id}
      data-unseen={props.session.unseen || undefined}
      data-level={Math.min(level(), DEEPEST)}
      title={props.session.title}
      onClick={() => props.onOpen()}
    >
      <Show when={props.line?.parent} fallback={<span class="tree-twist" />}>
        <span
          class="tree-twist"
          classList={{ open: !props.line?.collapsed }}
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            props.onToggle(!props.line?.collapsed);
          }}
        >
          <ChevronRight class="icon small" />
        </span>
      </Show>
      <span class="truncate tree-title">{props.session.title}</span>
      <Show when={props.session.unseen}>
        <span class="unseen" />
      </Show>
      <Show when={waiting() === 0} fallback={<span class="badge">{waiting()}</span>}>
        <Show when={props.session.state === "idle"} fallback={<SessionMark state={props.session.state} />}>
          <span class="tree-age">{ageWords(props.session.updated, props.now)}</span>
        </Show>
      </Show>
      <IconButton
        class="tree-delete"
        label={`Delete ${props.session.title}`}
        title="Delete session (Delete)"
        tiny
        tabindex={-1}
        onClick={(event) => {
          event.stopPropagation();
          props.onDelete();
        }}
      >
        <Trash class="icon small" />
      </IconButton>
    </div>
  );
}
