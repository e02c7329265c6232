import { fireEvent, render, screen, within } from "@solidjs/testing-library";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createFakeBackend } from "../backend/fake";
import { App } from "./App";

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  // What jsdom does not have of a dialog.
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
});

function open(scene: string) {
  const backend = createFakeBackend(`?scene=${scene}`);
  const spies = {
    put: vi.spyOn(backend, "putRule"),
    apply: vi.spyOn(backend, "applyRules"),
    remove: vi.spyOn(backend, "deleteRule"),
  };
  render(() => <App backend={backend} />);
  return spies;
}

const dialog = async () => within(await screen.findByRole("dialog", { name: "Automatic answers" }));
type Dialog = Awaited<ReturnType<typeof dialog>>;

async function switchOn(shown: Dialog) {
  const box = shown.getByRole<HTMLInputElement>("checkbox", { name: "Answer permission requests by rules" });
  await vi.waitFor(() => expect(box.disabled).toBe(false));
  fireEvent.click(box);
  await vi.waitFor(() => expect(box.checked).toBe(true));
}

describe("automatic answers", () => {
  it("are off at first, and a rule of a request answers nothing that waits before the person says so", async () => {
    const { put, apply } = open("full");
    expect(await screen.findByRole("button", { name: "Auto-answers off" })).toBeTruthy();
    fireEvent.click(await screen.findByRole("button", { name: "Make a rule…" }));
    const shown = await dialog();
    const pattern = shown.getByRole<HTMLInputElement>("textbox", { name: "Pattern" });
    expect(pattern.value).toBe("git log --oneline -20 -- src/auth");
    expect(shown.queryByRole("alert")).toBeNull();
    fireEvent.input(pattern, { target: { value: "*" } });
    expect(shown.getByRole("alert").textContent).toContain("run any command without asking");
    fireEvent.input(pattern, { target: { value: "git log *" } });
    expect(shown.queryByRole("alert")).toBeNull();
    fireEvent.click(shown.getByRole("button", { name: "Add rule" }));
    await shown.findByRole("button", { name: "Delete rule Run a command: git log *" });
    expect(put.mock.calls).toEqual([
      ["ins_1", null, { kind: "bash", pattern: "git log *", answer: "allow", reason: null }],
    ]);
    expect(shown.queryByText(/matches/)).toBeNull();

    await switchOn(shown);
    const answer = await shown.findByRole("button", { name: "Answer it by the rules" });
    expect(apply).not.toHaveBeenCalled();
    fireEvent.click(answer);
    const log = await shown.findByRole("list", { name: "Latest automatic answers" });
    expect(within(log).getAllByRole("listitem")).toHaveLength(1);
    expect(log.textContent).toContain("bash: git log *");
    fireEvent.click(shown.getByRole("button", { name: "Close" }));
    expect(await screen.findByRole("button", { name: "Auto-answers on, 1 given" })).toBeTruthy();
    expect(screen.queryByRole("group", { name: "Permission request" })).toBeNull();
  });

  it("are changed, refused and deleted; a denial may have a reason", async () => {
    const { put, remove } = open("rules");
    fireEvent.click(await screen.findByRole("button", { name: "Auto-answers on, 3 given" }));
    expect(screen.getByRole("tab", { name: "api-server" }).title).toContain("answered by rules");
    expect(screen.getByRole("tab", { name: "web-app" }).title).not.toContain("answered by rules");
    const shown = await dialog();
    fireEvent.click(await shown.findByRole("button", { name: "Change rule Change a file: src/*" }));
    const form = within(shown.getByRole("form", { name: "Change rule" }));
    fireEvent.click(form.getByRole("radio", { name: "Deny" }));
    fireEvent.input(form.getByRole("textbox", { name: "Reason" }), { target: { value: " not now " } });
    fireEvent.input(form.getByRole("textbox", { name: "Pattern" }), { target: { value: "" } });
    expect(form.getByRole<HTMLButtonElement>("button", { name: "Save rule" }).disabled).toBe(true);
    fireEvent.change(form.getByRole("combobox"), { target: { value: "bash" } });
    fireEvent.input(form.getByRole("textbox", { name: "Pattern" }), { target: { value: "git log *" } });
    fireEvent.submit(shown.getByRole("form", { name: "Change rule" }));
    await form.findByText("There is such a rule already.");
    fireEvent.change(form.getByRole("combobox"), { target: { value: "edit" } });
    fireEvent.input(form.getByRole("textbox", { name: "Pattern" }), { target: { value: "lib/*" } });
    fireEvent.submit(shown.getByRole("form", { name: "Change rule" }));
    await shown.findByRole("button", { name: "Change rule Change a file: lib/*" });
    expect(put.mock.calls.at(-1)).toEqual([
      "ins_1",
      2,
      { kind: "edit", pattern: "lib/*", answer: "deny", reason: "not now" },
    ]);
    fireEvent.click(shown.getByRole("button", { name: "Delete rule Run a command: *" }));
    await vi.waitFor(() => expect(shown.queryByRole("button", { name: "Delete rule Run a command: *" })).toBeNull());
    expect(remove.mock.calls).toEqual([["ins_1", 4]]);
  });

  it("open from what waits, for the folder in which it does", async () => {
    open("requests");
    fireEvent.click(await screen.findByRole("button", { name: /waiting$/ }));
    fireEvent.click(await screen.findByRole("button", { name: "Automatic answers…" }));
    const shown = await dialog();
    expect(shown.getByRole<HTMLSelectElement>("combobox", { name: "Folder" }).selectedOptions[0]?.text).toBe("web-app");
    expect(await shown.findByText("There are none yet.")).toBeTruthy();
    fireEvent.change(shown.getByRole("combobox", { name: "Folder" }), { target: { value: "ins_1" } });
    await switchOn(shown);
    fireEvent.click(shown.getByRole("button", { name: "Close" }));
    expect(await screen.findByRole("button", { name: "Auto-answers off" })).toBeTruthy();
  });
});
