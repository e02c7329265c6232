import { Show } from "solid-js";
import type { FolderRow, Problem } from "../../backend/types";
import { Button } from "../../shared/Button";
import { ProblemNote } from "../../shared/ProblemNote";
import "./start.css";

/** A calm page while the server starts. */
export function StartingPage(props: { folder: FolderRow }) {
  return (
    <div class="starting" role="status" aria-label="Starting">
      <div class="starting-words">
        <span class="spinner" />
        <span>Starting OpenCode…</span>
        <span class="muted truncate">{props.folder.display_path}</span>
      </div>
      <div class="skeleton" aria-hidden="true">
        <span class="bone short" />
        <span class="bone" />
        <span class="bone" />
        <span class="bone half" />
      </div>
    </div>
  );
}

const BINARY_CODES = new Set(["binary_not_found", "binary_not_executable"]);

/** Why the server does not run, and what can be done. */
export function ServerProblem(props: { problem: Problem; onRestart: () => void; onChooseBinary: () => void }) {
  return (
    <div class="server-problem">
      <ProblemNote message={props.problem.message} detail={props.problem.detail} code={props.problem.code}>
        <div class="server-problem-actions">
          <Button look="primary" onClick={() => props.onRestart()}>
            Restart
          </Button>
          <Show when={BINARY_CODES.has(props.problem.code)}>
            <Button onClick={() => props.onChooseBinary()}>Choose binary…</Button>
          </Show>
        </div>
      </ProblemNote>
    </div>
  );
}

/** The server was stopped on purpose. */
export function StoppedPage(props: { onRestart: () => void }) {
  return (
    <div class="starting">
      <p class="muted">The OpenCode server of this folder is stopped.</p>
      <div class="server-problem-actions">
        <Button look="primary" onClick={() => props.onRestart()}>
          Restart
        </Button>
      </div>
    </div>
  );
}

/** The page that invites to a first message. */
export function FirstMessage(props: { folder: FolderRow; enterSends: boolean }) {
  return (
    <div class="first-message">
      <h1 class="start-title">{props.folder.name}</h1>
      <p class="muted">
        Ask about the code, or say what to change. OpenCode reads, edits and runs things in{" "}
        <span class="mono">{props.folder.display_path}</span>.
      </p>
      <p class="muted first-keys">
        <kbd>{props.enterSends ? "Enter" : "Shift Enter"}</kbd> sends
        <kbd>{props.enterSends ? "Shift Enter" : "Enter"}</kbd> new line
      </p>
    </div>
  );
}
