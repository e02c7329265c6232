import { fireEvent, render, screen, within } from "@solidjs/testing-library";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createFakeBackend } from "../backend/fake";
import { App } from "./App";

beforeEach(() => {
  // What jsdom does not have of a window.
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
});

describe("the rail of prompts", () => {
  it("has a mark for each prompt, named by its line, also for those that are not held", async () => {
    const backend = createFakeBackend("?scene=requests");
    const held = await backend.prompts("ins_2", 1);
    vi.spyOn(backend, "prompts").mockResolvedValue([{ id: "older", line: "The first of all" }, ...held]);
    const show = vi.spyOn(backend, "showMessage");
    render(() => <App backend={backend} />);
    const rail = within(await screen.findByRole("navigation", { name: "Prompts" }));
    const marks = rail.getAllByRole("button");
    expect(marks.map((mark) => mark.ariaLabel ?? mark.getAttribute("aria-label"))).toEqual([
      "The first of all",
      ...held.map(({ line }) => line),
    ]);
    // One stop for the Tab key; the arrows go on from there.
    expect(marks.filter((mark) => mark.tabIndex === 0)).toHaveLength(1);
    fireEvent.focus(marks[1] as HTMLElement);
    expect(screen.getByText("Step 0: what comes next?", { selector: ".rail-line" })).toBeTruthy();

    fireEvent.click(marks[1] as HTMLElement);
    expect(show).not.toHaveBeenCalled();
    fireEvent.click(marks[0] as HTMLElement);
    expect(show.mock.calls.map(([, , message]) => message)).toEqual(["older"]);
    // By the keys too: where what is held begins, the one before it is gone to.
    show.mockClear();
    screen.getByRole("log", { name: "Messages" }).getBoundingClientRect = () => new DOMRect(0, -500, 0, 0);
    fireEvent.keyDown(document.body, { key: "ArrowUp", altKey: true });
    expect(show.mock.calls.map(([, , message]) => message)).toEqual(["older"]);
  });

  it("is not there for so few prompts that it helps nobody", async () => {
    render(() => <App backend={createFakeBackend("?scene=full")} />);
    await screen.findByRole("log", { name: "Messages" });
    expect(screen.queryByRole("navigation", { name: "Prompts" })).toBeNull();
  });
});
