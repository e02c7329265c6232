import Folder from "lucide-solid/icons/folder";
import FolderOpen from "lucide-solid/icons/folder-open";
import { For, Show } from "solid-js";
import type { FolderRow } from "../../backend/types";
import { Button } from "../../shared/Button";
import "./start.css";

/** What is shown while no folder is open. */
export function StartPage(props: { recent: FolderRow[]; onPick: () => void; onOpen: (path: string) => void }) {
  return (
    <main class="start">
      <div class="start-column">
        <h1 class="start-title">Open a folder to begin</h1>
        <p class="muted">
          Outrider starts an OpenCode server in it, and you chat with it here. Open as many folders as you like: each
          keeps running in its own tab.
        </p>
        <div class="start-actions">
          <Button look="primary" onClick={() => props.onPick()}>
            <FolderOpen class="icon small" />
            Open folder
          </Button>
          <span class="muted">or drop one on this window</span>
        </div>
        <Show when={props.recent.length > 0}>
          <h2 class="start-heading">Recent folders</h2>
          <ul class="recent">
            <For each={props.recent}>
              {(folder) => (
                <li>
                  <button type="button" class="recent-folder" onClick={() => props.onOpen(folder.path)}>
                    <Folder class="icon small" />
                    <span class="truncate recent-name">{folder.name}</span>
                    <span class="truncate muted">{folder.display_path}</span>
                  </button>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </div>
    </main>
  );
}

/** Shown over the window while a folder hovers over it. */
export function DropTarget() {
  return (
    <div class="drop-target">
      <div class="drop-words">
        <FolderOpen class="icon" />
        Drop the folder to open it
      </div>
    </div>
  );
}
