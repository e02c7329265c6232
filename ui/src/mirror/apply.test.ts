import { createRoot } from "solid-js";
import { createStore, produce } from "solid-js/store";
import { describe, expect, it } from "vitest";
import * as data from "../backend/fakeData";
import type { Block, Patch, Snapshot } from "../backend/types";
import { applyBatch, LOG_LINES } from "./apply";
import { fromSnapshot, toSnapshot } from "./state";

function start(): Snapshot {
  return data.snapshotOf("ins", {
    view: data.view({ status: "ready" }, { state: "connected" }, ["ses_1"]),
    sessions: [data.session("ses_1", "One", 0)],
    transcript: data.transcript("ses_1", [data.message("b", "user", 10, [data.text("p1", "<p>0</p>", "<p>1</p>")])]),
    log: [{ number: 0, at: 1, stream: "stdout", text: "zero" }],
  });
}

/** What the mirror holds after the patches; they are applied twice, as once must be enough. */
function after(...patches: Patch[]): Snapshot {
  const state = fromSnapshot(start());
  const batch = { instance: "ins", feed: 1, revision: 1, patches };
  applyBatch(state, structuredClone(batch));
  const once = toSnapshot(state);
  applyBatch(state, structuredClone(batch));
  expect(toSnapshot(state)).toEqual(once);
  return once;
}

const bare = (id: string, created: number) => data.message(id, "assistant", created, []);
const block = (number: number, html: string): Block => ({ number, html });
const blocksOf = (snapshot: Snapshot) => {
  const body = snapshot.transcript?.messages[0]?.parts[0]?.body;
  return body?.kind === "text" ? body.blocks : null;
};

describe("a batch", () => {
  it("updates the instance", () => {
    const view = data.view({ status: "stopped" }, { state: "disconnected", problem: null }, [], { waiting: 3 });
    expect(after({ op: "instance_updated", view }).view).toEqual(view);
  });

  it("adds, changes and removes sessions", () => {
    const renamed = data.session("ses_1", "Renamed", 0);
    const added = data.session("ses_2", "Two", 0, { parent: "ses_1" });
    const upserts: Patch[] = [
      { op: "session_upserted", session: renamed },
      { op: "session_upserted", session: added },
    ];
    expect(after(...upserts).sessions).toEqual([renamed, added]);
    expect(after(...upserts, { op: "session_removed", id: "ses_1" }).sessions).toEqual([added]);
  });

  it("orders messages by time, then id, and keeps the parts of a known one", () => {
    const changed = { ...start().transcript?.messages[0], queued: true, parts: [] };
    const messages = after(
      { op: "message_upserted", message: bare("a", 20) },
      { op: "message_upserted", message: bare("c", 10) },
      { op: "message_upserted", message: bare("z", 5) },
      { op: "message_upserted", message: changed as ReturnType<typeof bare> },
    ).transcript?.messages;
    expect(messages?.map((message) => message.id)).toEqual(["z", "b", "c", "a"]);
    expect(messages?.[1]).toMatchObject({ queued: true, parts: [{ id: "p1" }] });
  });

  it("moves a message whose time changed", () => {
    const messages = after(
      { op: "message_upserted", message: bare("c", 20) },
      { op: "message_upserted", message: bare("c", 5) },
    ).transcript?.messages;
    expect(messages?.map((message) => message.id)).toEqual(["c", "b"]);
  });

  it("removes messages and parts, and orders parts by id", () => {
    const part = (id: string): Patch => ({ op: "part_upserted", message: "b", part: data.text(id, "<p>x</p>") });
    const messages = after(part("p2"), part("p0"), { op: "part_removed", message: "b", part: "p1" }).transcript
      ?.messages;
    expect(messages?.[0]?.parts.map(({ id }) => id)).toEqual(["p0", "p2"]);
    expect(after({ op: "message_removed", id: "b" }).transcript?.messages).toEqual([]);
  });

  it("changes a part into one of another kind without a rest of the old", () => {
    const part = data.tool("p1", "bash", { state: "running" });
    expect(after({ op: "part_upserted", message: "b", part }).transcript?.messages[0]?.parts).toEqual([part]);
  });

  it("replaces blocks by their numbers", () => {
    const replace = (count: number, blocks: Block[]): Patch => ({
      op: "blocks_replaced",
      message: "b",
      part: "p1",
      count,
      blocks,
    });
    expect(blocksOf(after(replace(3, [block(1, "new"), block(2, "more")])))).toEqual([
      block(0, "<p>0</p>"),
      block(1, "new"),
      block(2, "more"),
    ]);
    expect(blocksOf(after(replace(3, [block(2, "more")])))).toHaveLength(3);
    expect(blocksOf(after(replace(2, [block(0, "coloured")])))).toEqual([block(0, "coloured"), block(1, "<p>1</p>")]);
    expect(blocksOf(after(replace(1, [block(0, "only")])))).toEqual([block(0, "only")]);
    expect(blocksOf(after(replace(1, [])))).toEqual([block(0, "<p>0</p>")]);
  });

  it("changes the transcript's frame and leaves its messages", () => {
    const frame = { loaded: false, has_older: true, has_newer: true, before: 3, after: 0, retry: null, problem: null };
    const transcript = after({ op: "transcript_updated", ...frame }).transcript;
    expect(transcript).toEqual({ ...start().transcript, ...frame });
  });

  it("adds and removes requests, ordered by id", () => {
    const later = { ...data.PERMISSION, id: "per_9" };
    const state = after(
      { op: "permission_upserted", permission: later },
      { op: "permission_upserted", permission: data.PERMISSION },
      { op: "question_upserted", question: data.QUESTION },
    );
    expect(state.permissions).toEqual([data.PERMISSION, later]);
    expect(state.questions).toEqual([data.QUESTION]);
    const emptied = after(
      { op: "permission_upserted", permission: later },
      { op: "permission_removed", id: later.id },
      { op: "question_upserted", question: data.QUESTION },
      { op: "question_removed", id: data.QUESTION.id },
    );
    expect(emptied.permissions).toEqual([]);
    expect(emptied.questions).toEqual([]);
  });

  it("appends to the log and keeps its newest lines", () => {
    const lines = Array.from({ length: LOG_LINES }, (_, i) => ({
      number: i + 1,
      at: 1,
      stream: "stderr" as const,
      text: "",
    }));
    const log = after({ op: "log_appended", lines }).log;
    expect([log?.length, log?.[0]?.number, log?.at(-1)?.number]).toEqual([LOG_LINES, 1, LOG_LINES]);
  });

  it("leaves what it does not change the same object, so that nothing of it is drawn again", () => {
    createRoot((dispose) => {
      const [state, setState] = createStore(fromSnapshot(start()));
      const message = state.transcript?.messages[0];
      const part = message?.parts[0];
      const patches: Patch[] = [
        { op: "message_upserted", message: { ...bare("b", 10), queued: true } },
        { op: "part_upserted", message: "b", part: data.text("p1", "<p>0</p>", "<p>changed</p>") },
        { op: "message_upserted", message: bare("a", 1) },
      ];
      setState(produce((draft) => applyBatch(draft, { instance: "ins", feed: 1, revision: 1, patches })));
      expect(state.transcript?.messages[1]).toBe(message);
      expect(message?.parts[0]).toBe(part);
      dispose();
    });
  });
});
