import { fireEvent, render, screen, within } from "@solidjs/testing-library";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Backend } from "../backend/backend";
import { createFakeBackend } from "../backend/fake";
import { countWords } from "../features/conversation/find/words";
import { App } from "./App";

beforeEach(() => {
  // What jsdom does not have of a window.
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  Range.prototype.getBoundingClientRect = () => document.body.getBoundingClientRect();
  Element.prototype.scrollIntoView = () => undefined;
});

async function open(scene: string): Promise<Backend> {
  const backend = createFakeBackend(`?scene=${scene}`);
  render(() => <App backend={backend} />);
  await screen.findByRole("log", { name: "Messages" });
  return backend;
}

const bar = () => within(screen.getByRole("search", { name: "Find in session" }));
const field = () => bar().getByRole<HTMLInputElement>("textbox", { name: "Find in session" });
const count = () => bar().getByRole("status", { name: "Matches" }).textContent;

async function find(text: string) {
  fireEvent.keyDown(document.body, { key: "f", ctrlKey: true });
  fireEvent.input(field(), { target: { value: text } });
}

describe("the search in a session", () => {
  it("opens by Ctrl+F, says how often it found something, and goes from one place to the next", async () => {
    await open("requests");
    const composer = screen.getByRole("textbox", { name: "Message" });
    composer.focus();
    await find("what comes NEXT");
    expect(document.activeElement).toBe(field());
    await vi.waitFor(() => expect(count()).toBe("6 of 6"));
    fireEvent.keyDown(field(), { key: "Enter" });
    await vi.waitFor(() => expect(count()).toBe("1 of 6"));
    fireEvent.keyDown(field(), { key: "F3" });
    await vi.waitFor(() => expect(count()).toBe("2 of 6"));
    fireEvent.keyDown(field(), { key: "Enter", shiftKey: true });
    await vi.waitFor(() => expect(count()).toBe("1 of 6"));
    fireEvent.click(bar().getByRole("button", { name: "Previous match" }));
    await vi.waitFor(() => expect(count()).toBe("6 of 6"));

    fireEvent.click(bar().getByRole("button", { name: "Match case" }));
    await vi.waitFor(() => expect(count()).toBe("No matches"));
    expect(bar().getByRole<HTMLButtonElement>("button", { name: "Next match" }).disabled).toBe(true);
    fireEvent.keyDown(field(), { key: "Escape" });
    expect(screen.queryByRole("search")).toBeNull();
    expect(document.activeElement).toBe(composer);
  });

  it("ends the search in the core when it is closed", async () => {
    const backend = await open("long");
    const asked = vi.spyOn(backend, "find");
    await find("step");
    await vi.waitFor(() => expect(count()).toMatch(/ of /));
    // Also from among the messages.
    fireEvent.keyDown(screen.getByRole("log", { name: "Messages" }), { key: "Escape" });
    expect(screen.queryByRole("search")).toBeNull();
    expect(asked.mock.calls.map(([, , query]) => query.text)).toEqual(["step", ""]);
  });

  it("unfolds the thoughts in which a place is", async () => {
    await open("full");
    const fold = screen.getByRole("log").querySelector<HTMLElement>(".reasoning > [aria-expanded]");
    fireEvent.click(fold as HTMLElement);
    const words = screen.getByRole("log").querySelector(".reasoning-text")?.textContent?.trim().slice(0, 20) ?? "";
    fireEvent.click(fold as HTMLElement);
    expect([words.length, fold?.ariaExpanded ?? fold?.getAttribute("aria-expanded")]).toEqual([20, "false"]);
    await find(words);
    await vi.waitFor(() => expect(fold?.getAttribute("aria-expanded")).toBe("true"));
  });
});

describe("the words for what was found", () => {
  const found = { query: 1, count: 0, searching: false, older: false, incomplete: false, at: null };
  it("say nothing false while there may be more", () => {
    expect(countWords("", null)).toBe("");
    expect(countWords("x", null)).toBe("Searching…");
    expect(countWords("x", { ...found, older: true })).toBe("Searching…");
    expect(countWords("x", found)).toBe("No matches");
    expect(countWords("x", { ...found, count: 1234 })).toBe("1,234");
  });
});
