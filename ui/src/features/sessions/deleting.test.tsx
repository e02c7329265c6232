import { fireEvent, render, screen, within } from "@solidjs/testing-library";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { SESSIONS } from "../../backend/fakeData";
import { Sidebar } from "./Sidebar";

// What jsdom does not have.
beforeEach(() => void vi.stubGlobal("CSS", { escape: (text: string) => text }));

function setUp() {
  const onDelete = vi.fn<(session: string) => Promise<void>>(async () => undefined);
  const onOpen = vi.fn();
  const sessions = Object.fromEntries(SESSIONS.map((session) => [session.id, session]));
  render(() => (
    <Sidebar
      sessions={sessions}
      selected={null}
      noServer={null}
      onOpen={onOpen}
      onDelete={onDelete}
      onNew={() => undefined}
    />
  ));
  const title = sessions.ses_1?.title ?? "";
  return { onDelete, onOpen, title, line: () => screen.getByRole("treeitem", { name: title }) };
}

describe("deleting a session", () => {
  it("asks in place of its line, says what goes with it, and can be left", () => {
    const { onDelete, onOpen, title, line } = setUp();
    fireEvent.click(within(line()).getByRole("button", { name: `Delete ${title}` }));
    const asked = screen.getByRole("group", { name: `Delete ${title}` });
    expect(asked.textContent).toMatch(/Stop and delete it and \d+ below it\?/);
    fireEvent.keyDown(asked, { key: "Escape" });
    expect(line()).toBe(document.activeElement);
    expect([onDelete.mock.calls, onOpen.mock.calls]).toEqual([[], []]);
  });

  it("deletes once, and shows there why it failed", async () => {
    const { onDelete, title, line } = setUp();
    onDelete.mockRejectedValueOnce({ code: "session_not_stopped", message: "It did not stop." });
    fireEvent.keyDown(line(), { key: "Delete" });
    const asked = within(screen.getByRole("group", { name: `Delete ${title}` }));
    const button = asked.getByRole<HTMLButtonElement>("button", { name: "Delete" });
    fireEvent.click(button);
    fireEvent.click(button);
    expect(onDelete.mock.calls).toEqual([["ses_1"]]);
    expect(await asked.findByText("It did not stop.")).toBeTruthy();
    expect(button.disabled).toBe(false);
  });
});
