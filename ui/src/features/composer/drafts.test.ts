import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Backend } from "../../backend/backend";
import { createDrafts, SAVE_AFTER_MS } from "./drafts";

const START = { instance: "ins", session: null };
const SESSION = { instance: "ins", session: "ses" };

function make(kept: { session: string | null; text: string }[] = []) {
  const saveDraft = vi.fn<Backend["saveDraft"]>(async () => undefined);
  const drafts = createDrafts({ drafts: async () => kept, saveDraft });
  return { drafts, saveDraft, texts: () => saveDraft.mock.calls.map(([, session, text]) => [session, text]) };
}

describe("drafts", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("are kept while the person types without a pause, each in its place", async () => {
    const { drafts, texts } = make();
    for (let n = 1; n <= 20; n += 1) {
      drafts.type(SESSION, "x".repeat(n));
      await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS / 5);
    }
    drafts.type(START, "start");
    await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS);
    const saved = texts().filter(([session]) => session === "ses");
    expect(saved.length).toBeGreaterThanOrEqual(4);
    expect(saved.at(-1)).toEqual(["ses", "x".repeat(20)]);
    expect(texts().at(-1)).toEqual([null, "start"]);
  });

  it("are kept one after the other, the latest last", async () => {
    const { drafts, saveDraft, texts } = make();
    let answer = () => {};
    saveDraft.mockImplementationOnce(() => new Promise((resolve) => (answer = () => resolve(undefined))));
    drafts.type(SESSION, "a");
    drafts.flush();
    drafts.type(SESSION, "ab");
    const flushed = drafts.flush();
    drafts.type(SESSION, "abc");
    expect(texts()).toEqual([["ses", "a"]]);
    answer();
    await flushed;
    expect(texts().at(-1)).toEqual(["ses", "abc"]);
  });

  it("come back, with what was typed before they did behind them", async () => {
    const { drafts } = make([
      { session: null, text: "kept" },
      { session: "ses", text: "hello wor" },
    ]);
    drafts.type(SESSION, "ld");
    await drafts.load("ins");
    drafts.change(START, { text: "changed" });
    await drafts.load("ins");
    expect([drafts.of(START).text, drafts.of(SESSION).text]).toEqual(["changed", "hello world"]);
    drafts.forget("ins");
    expect(drafts.of(SESSION).text).toBe("");
  });

  it("say when they cannot be kept", async () => {
    const { drafts, saveDraft } = make();
    saveDraft.mockRejectedValueOnce({ code: "profile_not_saved", message: "The disk is full." });
    drafts.type(SESSION, "text");
    await drafts.flush();
    expect(drafts.of(SESSION)).toMatchObject({ text: "text", problem: { message: "The disk is full." } });
  });
});
