import { createSignal, onMount, Show } from "solid-js";
import { problemOf } from "../../backend/backend";
import type { Problem, SessionRow } from "../../backend/types";
import { Button } from "../../shared/Button";
import { ProblemNote } from "../../shared/ProblemNote";

/** Asks whether to delete a session, in place of its line. */
export function DeleteLine(props: {
  session: SessionRow;
  /** How many sessions go with it. */
  below: number;
  onDelete: () => Promise<void>;
  onKeep: () => void;
}) {
  const [deleting, setDeleting] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  let ask: HTMLButtonElement | undefined;
  onMount(() => ask?.focus());
  const works = () => props.session.state === "busy" || props.session.state === "retry";
  const words = () => {
    const what = works() ? "Stop and delete" : "Delete";
    return props.below > 0 ? `${what} it and ${props.below} below it?` : `${what} this session?`;
  };
  const run = async () => {
    if (deleting()) return;
    setDeleting(true);
    setProblem(null);
    try {
      await props.onDelete();
    } catch (failure) {
      setProblem(problemOf(failure));
      setDeleting(false);
      queueMicrotask(() => ask?.focus());
    }
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: not a part of a form
    <div
      class="delete-line"
      role="group"
      aria-label={`Delete ${props.session.title}`}
      onKeyDown={(event) => {
        // The keys of the tree are not meant for these buttons.
        event.stopPropagation();
        if (event.key === "Escape" && !deleting()) props.onKeep();
      }}
    >
      <span class="truncate delete-title" title={props.session.title}>
        {props.session.title}
      </span>
      <Show
        when={!deleting()}
        fallback={
          <span class="delete-words" role="status">
            <span class="spinner" /> {works() ? "Stopping it…" : "Deleting…"}
          </span>
        }
      >
        <span class="delete-words">{words()}</span>
      </Show>
      <Show when={problem()}>{(now) => <ProblemNote message={now().message} detail={now().detail} />}</Show>
      <div class="delete-actions">
        <Button look="danger" ref={ask} disabled={deleting()} onClick={run}>
          Delete
        </Button>
        <Button disabled={deleting()} onClick={() => props.onKeep()}>
          Keep
        </Button>
      </div>
    </div>
  );
}
