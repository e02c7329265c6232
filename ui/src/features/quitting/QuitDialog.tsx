import { onMount } from "solid-js";
import { useBackend } from "../../backend/context";
import { Button } from "../../shared/Button";
import { Dialog } from "../../shared/Dialog";

/** Asks whether to quit while something works. `folders` says in how many. */
export function QuitDialog(props: { folders: number; onAnswer: (quit: boolean) => void }) {
  const backend = useBackend();
  // The app quits without an answer when nothing is shown.
  onMount(() => backend.quitShown().catch(() => undefined));
  const where = () => (props.folders === 1 ? "a folder" : `${props.folders} folders`);
  return (
    <Dialog title="Quit Outrider?" onClose={() => props.onAnswer(false)}>
      <div class="dialog-body">
        <p>
          Outrider is working in {where()}. Quit and stop {props.folders === 1 ? "it" : "them"}?
        </p>
        <p class="muted">What was written so far stays in the sessions.</p>
      </div>
      <div class="dialog-actions">
        <Button look="primary" onClick={() => props.onAnswer(false)}>
          Cancel
        </Button>
        <Button look="danger" onClick={() => props.onAnswer(true)}>
          Quit
        </Button>
      </div>
    </Dialog>
  );
}
