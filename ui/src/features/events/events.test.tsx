import { fireEvent, render, screen, within } from "@solidjs/testing-library";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../../backend/backend";
import { BackendContext } from "../../backend/context";
import { createFakeBackend } from "../../backend/fake";
import { SESSIONS } from "../../backend/fakeData";
import type { EventQuery } from "../../backend/types";
import { EventsPanel } from "./EventsPanel";
import { bytesWords, preciseClock, rateWords } from "./words";

const sessions = Object.fromEntries(SESSIONS.map((session) => [session.id, session]));

function open(scene: string, part: Partial<Backend> = {}) {
  const backend = { ...createFakeBackend(`?scene=${scene}`), ...part };
  const asked: EventQuery[] = [];
  const { readEvents } = backend;
  backend.readEvents = (instance, query) => {
    asked.push(query);
    return readEvents(instance, query);
  };
  const { unmount } = render(() => (
    <BackendContext.Provider value={backend}>
      <EventsPanel instance="ins_1" sessions={sessions} />
    </BackendContext.Provider>
  ));
  return { asked, unmount };
}

const grid = () => screen.getByRole("grid", { name: "Events" });
const rows = () => [...grid().querySelectorAll<HTMLElement>("[data-event-number]")];
const button = (name: string) => screen.getByRole("button", { name });
const last = () => Number(rows().at(-1)?.dataset.eventNumber);

describe("the events", () => {
  it("come in while the list is looked at, and no longer when it is not", async () => {
    const { asked, unmount } = open("events");
    await vi.waitFor(() => expect(rows().length).toBeGreaterThan(0));
    const before = last();
    await vi.waitFor(() => expect(last()).toBeGreaterThan(before), { timeout: 2_000 });
    expect(asked.at(-1)).toMatchObject({ from: { kind: "end" }, paused: false });
    expect(rows().length).toBeLessThanOrEqual(200);
    unmount();
    const calls = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(asked.length).toBe(calls);
  });

  it("are marked when they are unknown, and their types are named", async () => {
    open("full");
    await vi.waitFor(() => expect(rows().length).toBeGreaterThan(0));
    fireEvent.click(screen.getByRole("checkbox", { name: "Only unknown" }));
    await vi.waitFor(() => expect(rows().every((row) => row.dataset.unknown === "true")).toBe(true));
    expect(rows()[0]?.dataset.eventType).toBe("session.holo.started");
    expect(rows()[0]?.textContent).toContain("unknown");
    fireEvent.click(screen.getByRole("button", { name: /of unknown types/ }));
    expect(screen.getByRole("list", { name: "Unknown types" }).textContent).toContain("session.holo.started × ");
  });

  it("are filtered by type and by the titles of sessions, and say when none match", async () => {
    const { asked } = open("full");
    await vi.waitFor(() => expect(rows().length).toBeGreaterThan(0));
    const filter = screen.getByRole("searchbox", { name: "Filter events" });
    fireEvent.input(filter, { target: { value: "login" } });
    await vi.waitFor(() => expect(rows().every((row) => row.textContent?.includes("Fix the login test"))).toBe(true));
    expect(asked.at(-1)?.sessions).toEqual(["ses_1"]);
    fireEvent.input(filter, { target: { value: "nothing like it" } });
    expect(await screen.findByText("None of 300 events match.")).toBeTruthy();
    fireEvent.click(button("Show all"));
    await vi.waitFor(() => expect(rows().length).toBeGreaterThan(0));
    expect((filter as HTMLInputElement).value).toBe("");
  });

  it("stand still while paused, count what is new, and go on", async () => {
    open("events");
    await vi.waitFor(() => expect(rows().length).toBeGreaterThan(0));
    fireEvent.click(button("Pause"));
    expect(await screen.findByText(/^[1-9]\d* new$/, {}, { timeout: 2_000 })).toBeTruthy();
    const before = last();
    const news = screen.getByText(/ new$/).textContent;
    await vi.waitFor(() => expect(screen.getByText(/ new$/).textContent).not.toBe(news), { timeout: 2_000 });
    expect(last()).toBe(before);
    fireEvent.click(button("Resume"));
    await vi.waitFor(() => expect(last()).toBeGreaterThan(before), { timeout: 2_000 });
    expect(screen.queryByText(/ new$/)).toBeNull();
    expect(button("Follow").getAttribute("aria-pressed")).toBe("true");
  });

  it("are looked at by keyboard, as plain text, and copied", async () => {
    const writeText = vi.fn(async (_: string) => undefined);
    vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText } });
    open("full");
    await vi.waitFor(() => expect(rows().length).toBeGreaterThan(0));
    const chosen = () => grid().querySelector<HTMLElement>("[aria-selected=true]")?.dataset.eventNumber;
    fireEvent.keyDown(grid(), { key: "ArrowUp" });
    await vi.waitFor(() => expect(chosen()).toBe("299"));
    expect(button("Follow").getAttribute("aria-pressed")).toBe("false");
    fireEvent.keyDown(grid(), { key: "ArrowUp" });
    await vi.waitFor(() => expect(chosen()).toBe("298"));
    expect(grid().getAttribute("aria-activedescendant")).toBe("event-298");
    fireEvent.keyDown(grid(), { key: "Enter" });
    const pane = await screen.findByRole("region", { name: "Event" });
    await vi.waitFor(() => expect(pane.querySelector("pre")?.textContent).toContain('"id": "evt_298"'));
    expect(pane.querySelector("pre")?.textContent).toContain("<b>not bold</b>");
    expect(pane.querySelector("pre b")).toBeNull();
    fireEvent.click(within(pane).getByRole("button", { name: "Copy" }));
    await vi.waitFor(() => expect(writeText.mock.calls[0]?.[0]).toContain("evt_298"));
    fireEvent.keyDown(grid(), { key: "Home" });
    await vi.waitFor(() => expect(pane.querySelector("pre")?.textContent).toContain('"id": "evt_0"'));
    fireEvent.keyDown(grid(), { key: "Escape" });
    expect(screen.queryByRole("region", { name: "Event" })).toBeNull();
  });

  it("say when only a part of one is shown, and when one is no longer there", async () => {
    open("full", { readEvent: async () => null });
    await vi.waitFor(() => expect(rows().length).toBeGreaterThan(0));
    const row = rows().at(-1);
    if (row) fireEvent.click(row);
    expect((await screen.findByRole("alert")).textContent).toContain("no longer kept");
  });

  it("are saved without their text unless the person wants it, and a failure is told", async () => {
    const saveRecording = vi.fn(async (_instance: string, _text: boolean) => ({
      file: "a.sse",
      events: 300,
      missing: 1,
    }));
    open("full", { saveRecording });
    await vi.waitFor(() => expect(rows().length).toBeGreaterThan(0));
    HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) {
      this.open = true;
    };
    fireEvent.click(button("Save recording"));
    fireEvent.click(button("Save…"));
    expect((await screen.findByText(/^Saved 300 events as a.sse/)).textContent).toContain("1 were too large");
    expect(saveRecording.mock.lastCall).toEqual(["ins_1", false]);

    fireEvent.click(button("Save recording"));
    fireEvent.click(screen.getByRole("checkbox", { name: "Include message text" }));
    saveRecording.mockRejectedValueOnce({ code: "recording_not_saved", message: "The disk is full.", detail: null });
    fireEvent.click(button("Save…"));
    expect((await screen.findByRole("alert")).textContent).toContain("The disk is full.");
    expect(saveRecording.mock.lastCall).toEqual(["ins_1", true]);
  });
});

describe("the words", () => {
  it("are short and exact", () => {
    expect([0, 999, 1_000, 4_149, 16_777_216, 999_600].map(bytesWords)).toEqual([
      "0 B",
      "999 B",
      "1.0 KB",
      "4.1 KB",
      "17 MB",
      "1.0 MB",
    ]);
    expect([0, 0.2, 18.4, 1_204].map(rateWords)).toEqual(["0", "0.2", "18", "1,204"]);
    expect(preciseClock(new Date(2026, 10, 23, 9, 5, 7, 42).getTime())).toBe("09:05:07.042");
  });
});
