import { createSignal, createUniqueId, type JSX, Show } from "solid-js";
import { problemOf } from "../../backend/backend";
import { useBackend } from "../../backend/context";
import type { Problem, Settings } from "../../backend/types";
import { Button } from "../../shared/Button";
import { Dialog } from "../../shared/Dialog";
import { ProblemNote } from "../../shared/ProblemNote";
import { checkSettings, type Draft, draftOf } from "./check";
import "./settings.css";

/** The settings, changed together by Save. */
export function SettingsDialog(props: { settings: Settings; onClose: () => void }) {
  const backend = useBackend();
  const [draft, setDraft] = createSignal(draftOf(props.settings));
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const [saving, setSaving] = createSignal(false);
  const checked = () => checkSettings(draft(), props.settings);
  const change = (part: Partial<Draft>) => setDraft({ ...draft(), ...part });

  const save = async (event: Event) => {
    event.preventDefault();
    const { settings } = checked();
    if (!settings || saving()) return;
    setSaving(true);
    setProblem(null);
    try {
      await backend.updateSettings(settings);
      props.onClose();
    } catch (failure) {
      setProblem(problemOf(failure));
    } finally {
      setSaving(false);
    }
  };

  return (
    <Dialog title="Settings" onClose={props.onClose}>
      <form class="settings" onSubmit={save} novalidate>
        <div class="dialog-body">
          <Field
            label="OpenCode binary"
            hint="Leave empty to use the first one on PATH, then the bundled one. The environment variable OUTRIDER_OPENCODE wins over this field."
            error={checked().errors.opencodePath}
            value={draft().opencodePath}
            placeholder="Found by itself"
            onInput={(opencodePath) => change({ opencodePath })}
          />
          <Field
            label="Start-up limit, in seconds"
            hint="How long a server may take until it is ready."
            error={checked().errors.readySeconds}
            value={draft().readySeconds}
            numeric
            onInput={(readySeconds) => change({ readySeconds })}
          />
          <div class="settings-pair">
            <Field
              label="First reconnect delay, in seconds"
              hint="Doubles with each attempt."
              error={checked().errors.baseSeconds}
              value={draft().baseSeconds}
              numeric
              onInput={(baseSeconds) => change({ baseSeconds })}
            />
            <Field
              label="Reconnect attempts"
              hint="Then a Retry button appears."
              error={checked().errors.attempts}
              value={draft().attempts}
              numeric
              onInput={(attempts) => change({ attempts })}
            />
          </div>
          <fieldset class="settings-choice">
            <legend>Sending a message</legend>
            <label>
              <input
                type="radio"
                name="enter"
                checked={draft().enterSends}
                onChange={() => change({ enterSends: true })}
              />
              Enter sends, Shift+Enter makes a new line
            </label>
            <label>
              <input
                type="radio"
                name="enter"
                checked={!draft().enterSends}
                onChange={() => change({ enterSends: false })}
              />
              Shift+Enter sends, Enter makes a new line
            </label>
          </fieldset>
          <Show when={problem()}>{(now) => <ProblemNote message={now().message} detail={now().detail} />}</Show>
        </div>
        <div class="dialog-actions">
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button look="primary" type="submit" disabled={checked().settings === null || saving()}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Field(props: {
  label: string;
  hint: JSX.Element;
  error: string | undefined;
  value: string;
  placeholder?: string;
  numeric?: boolean;
  onInput: (value: string) => void;
}) {
  const id = createUniqueId();
  return (
    <div class="settings-field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="field"
        type="text"
        inputmode={props.numeric ? "decimal" : "text"}
        spellcheck={false}
        autocomplete="off"
        value={props.value}
        placeholder={props.placeholder}
        aria-invalid={props.error !== undefined}
        aria-describedby={`${id}-hint`}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <span id={`${id}-hint`} class="settings-hint" classList={{ wrong: props.error !== undefined }}>
        {props.error ?? props.hint}
      </span>
    </div>
  );
}
