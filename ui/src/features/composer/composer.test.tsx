import { fireEvent, render, screen } from "@solidjs/testing-library";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../../backend/backend";
import { BackendContext } from "../../backend/context";
import { Composer } from "./Composer";
import { createDrafts } from "./drafts";
import { composerKey } from "./keys";

const key = (part: Partial<KeyboardEvent>) => ({
  key: "Enter",
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
  ...part,
});

describe("the keys of the message field", () => {
  it.each([
    [true, {}, "send"],
    [true, { shiftKey: true }, null],
    [false, {}, null],
    [false, { shiftKey: true }, "send"],
    [true, { ctrlKey: true }, "send"],
    [false, { metaKey: true }, "send"],
    [true, { isComposing: true }, null],
    [true, { key: "a" }, null],
  ])("with Enter sending: %s, %o means %s", (enterSends, part, expected) => {
    expect(composerKey(key(part), enterSends)).toBe(expected);
  });
});

function show(part: { busy?: boolean; session?: string | null; send?: Backend["sendPrompt"] } = {}) {
  const send = vi.fn<Backend["sendPrompt"]>(part.send ?? (async () => "msg_1"));
  const stop = vi.fn<Backend["stopSession"]>(async () => undefined);
  const onSent = vi.fn();
  const save = vi.fn<Backend["saveDraft"]>(async () => undefined);
  const kept = { drafts: async () => [], saveDraft: save };
  const backend = { sendPrompt: send, stopSession: stop, ...kept } as Partial<Backend> as Backend;
  const drafts = createDrafts(backend);
  const { busy = false, session = "ses" } = part;
  render(() => (
    <BackendContext.Provider value={backend}>
      <Composer
        instance="ins"
        session={session}
        busy={busy}
        connected={true}
        enterSends={true}
        drafts={drafts}
        onSent={onSent}
      />
    </BackendContext.Provider>
  ));
  const field = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
  return { field, send, save, stop, onSent, type: (value: string) => fireEvent.input(field, { target: { value } }) };
}

describe("the composer", () => {
  it("sends once, however often Enter is pressed, and then empties the field", async () => {
    const { field, send, onSent, type } = show({ session: null });
    type("Hello");
    fireEvent.keyDown(field, { key: "Enter" });
    fireEvent.keyDown(field, { key: "Enter" });
    await vi.waitFor(() => expect(onSent).toHaveBeenCalledOnce());
    expect(send.mock.calls).toEqual([["ins", null, "Hello"]]);
    expect(field.value).toBe("");
  });

  it("lets nothing older be kept after what was sent", async () => {
    vi.useFakeTimers();
    const { field, save, onSent, type } = show();
    type("Hello");
    fireEvent.keyDown(field, { key: "Enter" });
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    expect(onSent).toHaveBeenCalledOnce();
    expect(save).not.toHaveBeenCalled();
  });

  it("keeps the text and says why when sending failed", async () => {
    const { field, type } = show({ send: () => Promise.reject({ code: "down", message: "The server is down." }) });
    type("Do not lose me");
    fireEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(await screen.findByText("The server is down.")).toBeTruthy();
    expect(field.value).toBe("Do not lose me");
    expect(field.readOnly).toBe(false);
  });

  it("does not send emptiness", () => {
    const { field, send, type } = show();
    type("  \n ");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(send).not.toHaveBeenCalled();
  });

  it("offers Stop while the session runs, and Send beside it once there is text", () => {
    const { stop, type } = show({ busy: true });
    expect(screen.queryByRole("button", { name: "Send" })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Stop" }));
    expect(stop.mock.calls).toEqual([["ins", "ses"]]);
    type("next");
    expect(screen.getByRole("button", { name: "Send" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Stop" })).toBeTruthy();
  });
});
