import * as data from "./fakeData";
import { toolsMessage } from "./fakeTools";
import type { Problem, Snapshot, TranscriptView } from "./types";

/** Why the server of a scene does not run. */
export function serverProblem(scene: string): Problem {
  return {
    code: scene === "binary" ? "binary_not_found" : "server_exited",
    message:
      scene === "binary"
        ? "No opencode binary was found: not in the settings, not on PATH, and none is bundled."
        : "OpenCode ended before it was ready. Its configuration may be broken; correct it, then restart.",
    detail:
      'Error: Config file at ~/code/api-server/opencode.json is not valid JSON(C): CommaExpected\n   at line 4, column 3\n     "model" "anthropic/claude-sonnet-4-5"',
  };
}

/** Sets the first folder, and the transcript of its first session, as a scene shows them. */
export function setScene(scene: string, first: Snapshot, transcript: TranscriptView): void {
  const ready = { status: "ready" } as const;
  const connected = { state: "connected" } as const;
  const problem = serverProblem(scene);
  if (scene === "empty") {
    first.view = data.view(ready, connected, []);
    first.sessions = [];
  }
  if (scene === "error" || scene === "binary") {
    first.view = data.view({ status: "error", problem }, { state: "disconnected", problem: null }, []);
    first.sessions = [];
  }
  if (scene === "starting") {
    first.view = data.view({ status: "starting" }, { state: "connecting" }, []);
    first.sessions = [];
  }
  if (scene === "reconnecting") {
    first.view.connection = {
      state: "reconnecting",
      attempt: 3,
      attempts: 5,
      delay_ms: 4_000,
      at: Date.now() + 4_000,
    };
    transcript.retry = {
      attempt: 2,
      message: "429: too many requests",
      next: Date.now() + 30_000,
    };
  }
  if (scene === "disconnected") {
    const why = { code: "stream_lost", message: "The server stopped answering after 5 attempts.", detail: null };
    first.view.connection = { state: "disconnected", problem: why };
  }
  if (scene === "restarting") {
    first.view.status = { status: "starting" };
    first.view.connection = { state: "connecting" };
    first.view.notices = [data.CRASH_NOTICE];
  }
  if (scene === "notices") first.view.notices = data.NOTICES;
  if (scene === "outgoing") data.addOutgoing(transcript);
  if (scene === "beginning") data.addBeginning(first);
  if (scene === "tools") transcript.messages = [toolsMessage(Date.now())];
  if (scene === "logs") first.view.focus = { kind: "logs" };
  if (scene.startsWith("events")) first.view.focus = { kind: "events" };
  if (scene === "long") first.view.focus = { kind: "session", id: "ses_3" };
}
