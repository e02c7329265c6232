import { createSignal, Show } from "solid-js";
import { problemOf } from "../../backend/backend";
import { useBackend } from "../../backend/context";
import type { Problem, SavedRecording } from "../../backend/types";
import { Button } from "../../shared/Button";
import { Dialog } from "../../shared/Dialog";
import { ProblemNote } from "../../shared/ProblemNote";
import { countWords } from "./words";

/** Asks what a recording may hold, then for the file, and saves it. */
export function SaveRecording(props: {
  instance: string;
  events: number;
  onSaved: (saved: SavedRecording) => void;
  onClose: () => void;
}) {
  const backend = useBackend();
  const [text, setText] = createSignal(false);
  const [saving, setSaving] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const save = async () => {
    setSaving(true);
    setProblem(null);
    try {
      const saved = await backend.saveRecording(props.instance, text());
      if (saved) {
        props.onSaved(saved);
        props.onClose();
      }
    } catch (failure) {
      setProblem(problemOf(failure));
    } finally {
      setSaving(false);
    }
  };
  return (
    <Dialog title="Save recording" onClose={props.onClose}>
      <div class="dialog-body">
        <p>
          Saves {props.events === 1 ? "the one event" : `all ${countWords(props.events)} events`} of the list, whatever
          the filter shows, as a file that tests can replay.
        </p>
        <label class="event-choice">
          <input type="checkbox" checked={text()} onChange={(event) => setText(event.currentTarget.checked)} />
          Include message text
        </label>
        <p class="muted event-hint">
          <Show
            when={text()}
            fallback="What you, models and tools wrote is replaced by the letter x: messages, titles, tool input and output, paths, names of models. Ids, types, times and lengths stay."
          >
            The file will hold everything that was said and done here, with the contents of files. Look at it before you
            pass it on.
          </Show>
        </p>
        <Show when={problem()}>
          {(now) => <ProblemNote message={now().message} detail={now().detail} code={now().code} />}
        </Show>
      </div>
      <div class="dialog-actions">
        <Button onClick={() => props.onClose()}>Cancel</Button>
        <Button look="primary" disabled={saving()} onClick={save}>
          Save…
        </Button>
      </div>
    </Dialog>
  );
}
