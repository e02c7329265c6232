import { fireEvent, render, screen, within } from "@solidjs/testing-library";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Backend } from "../backend/backend";
import { createFakeBackend } from "../backend/fake";
import { App } from "./App";

beforeEach(() => {
  // What jsdom does not have of a window.
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
});

function open(scene: string): Backend {
  const backend = createFakeBackend(`?scene=${scene}`);
  render(() => <App backend={backend} />);
  return backend;
}

describe("the window", () => {
  it("has the names that stay fixed", async () => {
    open("full");
    const instances = await screen.findByRole("tablist", { name: "Instances" });
    const tab = await within(instances).findByRole("tab", { name: "api-server" });
    expect(tab.dataset).toMatchObject({ instanceId: "ins_1" });
    await vi.waitFor(() => expect(tab.dataset.status).toBe("ready"));
    expect(within(instances).getByRole("tab", { name: "infra work" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Open folder" })).toBeTruthy();

    const sessions = screen.getByRole("tablist", { name: "Sessions" });
    const parent = within(sessions).getByRole("tab", { name: "Fix the login test" });
    expect(parent.dataset).toMatchObject({ sessionId: "ses_1", state: "busy" });
    expect(parent.dataset.parentId).toBeUndefined();
    const child = within(sessions).getByRole("tab", { name: "explore: where tokens are refreshed" });
    expect(child.dataset).toMatchObject({ sessionId: "ses_2", parentId: "ses_1" });
    expect(within(sessions).getByRole("tab", { name: "Logs" })).toBeTruthy();

    const tree = screen.getByRole("tree", { name: "All sessions" });
    const line = within(tree).getByRole("treeitem", { name: "explore: where tokens are refreshed" });
    expect(line.getAttribute("aria-level")).toBe("2");
    expect(screen.getAllByRole("button", { name: "New session" })).toHaveLength(1);

    const connection = screen.getByRole("status", { name: "Connection" });
    expect(connection.dataset.state).toBe("connected");
    expect(connection.textContent).toBe("Connected");

    const log = screen.getByRole("log", { name: "Messages" });
    const articles = within(log).getAllByRole("article");
    expect(articles.map((article) => article.dataset.role).slice(0, 2)).toEqual(["user", "assistant"]);
    expect(articles.some((article) => article.dataset.state === "streaming")).toBe(true);
    const tools = [...log.querySelectorAll<HTMLElement>("[data-tool]")].map(
      ({ dataset }) => `${dataset.tool} ${dataset.state}`,
    );
    expect(tools).toContain("bash error");
    expect(tools).toContain("task running");

    expect(screen.getByRole("textbox", { name: "Message" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Stop" })).toBeTruthy();
    expect(screen.getByRole("group", { name: "Permission request" }).dataset.permissionId).toBe("per_1");
  });

  it("names the writer once for an answer that goes on in the next message", async () => {
    open("full");
    const log = await screen.findByRole("log", { name: "Messages" });
    const heads = [...log.querySelectorAll("[data-message-id]")].map(
      (article) => article.querySelector("header") !== null,
    );
    expect(heads.slice(0, 4)).toEqual([true, true, false, true]);
  });

  it("unfolds a tool call to its input and output", async () => {
    open("full");
    const log = await screen.findByRole("log", { name: "Messages" });
    const failed = log.querySelector<HTMLElement>('[data-tool="bash"][data-state="error"]');
    if (!failed) throw new Error("no failed call is drawn");
    fireEvent.click(within(failed).getByRole("button", { expanded: false }));
    expect(await within(failed).findByRole("region", { name: "Error" })).toBeTruthy();
  });

  it("sends a prompt from the first page, goes to its session, and shows the answer growing to its end", async () => {
    open("empty");
    const field = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
    fireEvent.input(field, { target: { value: "Hello <b>" } });
    fireEvent.keyDown(field, { key: "Enter" });
    const log = await screen.findByRole("log", { name: "Messages" });
    expect(await within(log).findByText("Hello <b>")).toBeTruthy();
    await vi.waitFor(() => expect(log.textContent).toContain("This answer is made up"));
    expect(log.querySelector('[data-role="assistant"]')?.getAttribute("data-state")).toBe("streaming");
    fireEvent.click(screen.getByRole("button", { name: "Stop" }));
    await vi.waitFor(() =>
      expect(log.querySelector('[data-role="assistant"]')?.getAttribute("data-state")).toBe("complete"),
    );
  });

  it("goes from tab to tab by keys, and shows the log", async () => {
    open("full");
    await screen.findByRole("log", { name: "Messages" });
    fireEvent.keyDown(window, { key: "Tab", ctrlKey: true, shiftKey: true });
    expect(await screen.findByRole("log", { name: "Server log" })).toBeTruthy();
    fireEvent.keyDown(window, { key: "2", code: "Digit2", ctrlKey: true });
    expect(await screen.findByRole("group", { name: "Question" })).toBeTruthy();
  });

  it("lists what waits in all folders, lets go of what is answered, and goes where it was asked", async () => {
    HTMLDialogElement.prototype.showModal = function () {
      this.open = true;
    };
    const backend = open("full");
    const count = await screen.findByRole("button", { name: "3 waiting" });
    expect(count.getAttribute("aria-description")).toBe("1 in this folder, 2 in others");
    count.focus();
    fireEvent.keyDown(window, { key: "i", code: "KeyI", ctrlKey: true });
    const inbox = within(await screen.findByRole("dialog", { name: "Waiting" }));
    const cards = () => inbox.getAllByRole("group").filter((card) => card.classList.contains("request"));
    const names = () => cards().map((card) => card.dataset.permissionId ?? card.dataset.questionId);
    expect(names()).toEqual(["per_2", "per_1", "que_1"]);
    expect(
      inbox.getByRole("button", { name: "Fix the login test › explore: where tokens are refreshed" }),
    ).toBeTruthy();
    await vi.waitFor(() => expect(document.activeElement).toBe(cards()[0]));
    fireEvent.keyDown(cards()[0] as HTMLElement, { key: "ArrowDown" });
    expect(document.activeElement).toBe(cards()[1]);
    // Answered by another program.
    await backend.replyPermission("ins_1", "per_1", "once", null);
    await vi.waitFor(() => expect(names()).toEqual(["per_2", "que_1"]));
    await vi.waitFor(() => expect(document.activeElement).toBe(cards()[1]));
    fireEvent.click(inbox.getAllByRole("button", { name: "Import customers" })[0] as HTMLElement);
    expect(screen.queryByRole("dialog")).toBeNull();
    await vi.waitFor(() =>
      expect(screen.getByRole("tab", { name: "web-app" }).getAttribute("aria-selected")).toBe("true"),
    );
  });

  it("marks what ended unseen, for eyes and for screen readers", async () => {
    open("full");
    const tab = await screen.findByRole("tab", { name: "Write tests for the importer" });
    expect(tab.dataset.unseen).toBe("true");
    expect(tab.getAttribute("aria-description")).toBe("ended with an error, finished, not looked at yet");
    expect(screen.getByRole("treeitem", { name: "Write tests for the importer" }).dataset.unseen).toBe("true");
    expect(screen.getByRole("tab", { name: "api-server" }).dataset.unseen).toBe("1");
  });

  it("says that a call waits for the person, and that it goes on after the answer", async () => {
    open("full");
    const log = await screen.findByRole("log", { name: "Messages" });
    const mark = (tool: string) =>
      log.querySelector(`[data-tool="${tool}"][data-state="running"] .tool-mark`)?.textContent;
    await within(log).findByText("Waiting for you");
    expect([mark("task"), mark("bash")]).toEqual(["waiting for you", "running"]);
    fireEvent.click(screen.getByRole("button", { name: "Deny" }));
    expect(await within(log).findByText("Working…")).toBeTruthy();
    expect(mark("task")).toBe("running");
  });

  it("offers to connect again after the connection was lost", async () => {
    open("disconnected");
    expect(await screen.findByRole("button", { name: "Retry" })).toBeTruthy();
  });

  it("shows why a server did not start, and starts it again", async () => {
    open("error");
    await screen.findByRole("button", { name: "Restart" });
    expect(screen.queryByRole("button", { name: "Retry" })).toBeNull();
    const make = () => screen.getByRole<HTMLButtonElement>("button", { name: "New session" });
    expect(make().disabled).toBe(true);
    expect(make().title).toMatch(/does not run/);
    fireEvent.click(await screen.findByRole("button", { name: "Restart" }));
    expect(await screen.findByRole("textbox", { name: "Message" })).toBeTruthy();
    await vi.waitFor(() => expect(make().disabled).toBe(false));
  });

  it("says of each prompt on its way how far it is, and gives it back", async () => {
    open("outgoing");
    const log = await screen.findByRole("log", { name: "Messages" });
    const articles = () => [...log.querySelectorAll<HTMLElement>("[data-outgoing]")];
    const told = (article: HTMLElement) => [
      article.dataset.outgoing,
      article.querySelector(".outgoing-state")?.textContent,
      within(article)
        .queryAllByRole("button")
        .map((button) => button.textContent)
        .filter(Boolean),
    ];
    expect(articles().map(told)).toEqual([
      ["failed", "Not sent", ["Retry", "Edit", "Discard"]],
      ["unconfirmed", "Not confirmed; asked again when there is a connection", []],
      ["sending", "Sending…", []],
      ["waiting", "Waiting for the message before", ["Edit", "Discard"]],
    ]);
    const field = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
    await vi.waitFor(() => expect(field.value).toBe("And then "));
    const waiting = articles()[3];
    if (!waiting) throw new Error("nothing waits");
    fireEvent.click(within(waiting).getByRole("button", { name: "Edit" }));
    await vi.waitFor(() => expect(field.value).toBe("It was taken back."));
    expect(articles()).toHaveLength(3);
  });

  it("shows first messages that wait for the server, and takes more", async () => {
    open("beginning");
    const log = await screen.findByRole("log", { name: "Messages" });
    expect(within(log).getAllByText("Waiting for the connection")).toHaveLength(2);
    expect(screen.getByRole("textbox", { name: "Message" })).toBeTruthy();
  });

  it("leads to the settings where the binary is missing", async () => {
    open("binary");
    HTMLDialogElement.prototype.showModal = function showModal() {
      this.open = true;
    };
    fireEvent.click(await screen.findByRole("button", { name: "Choose binary…" }));
    expect(await screen.findByRole("textbox", { name: "OpenCode binary" })).toBeTruthy();
  });

  it("offers the folders of before", async () => {
    const backend = open("start");
    const opened = vi.spyOn(backend, "openFolder");
    fireEvent.click(await screen.findByRole("button", { name: /landing-page/ }));
    expect(opened).toHaveBeenCalledWith("/home/ada/code/landing-page");
    expect(await screen.findByRole("status", { name: "Starting" })).toBeTruthy();
  });

  it("opens links outside, and only such as a browser may have", async () => {
    const backend = open("full");
    const opened = vi.spyOn(backend, "openLink");
    const log = await screen.findByRole("log", { name: "Messages" });
    const link = within(log).getByRole("link", { name: "RFC 6749" });
    expect(fireEvent.click(link)).toBe(false);
    expect(opened.mock.calls).toEqual([["https://example.com/rfc6749"]]);
    link.setAttribute("href", "javascript:alert(1)");
    expect(fireEvent.click(link)).toBe(false);
    expect(opened).toHaveBeenCalledTimes(1);
  });

  it("puts what is typed outside of a field into the message, and leaves the fields alone", async () => {
    open("full");
    const field = await screen.findByRole("textbox", { name: "Message" });
    const search = screen.getByRole("searchbox", { name: "Search sessions" });
    search.focus();
    fireEvent.keyDown(search, { key: "x" });
    expect(document.activeElement).toBe(search);
    const tab = screen.getByRole("tab", { name: "Logs" });
    tab.focus();
    fireEvent.keyDown(tab, { key: "x" });
    expect(document.activeElement).toBe(field);
  });

  it("asks before it closes a folder in which something runs", async () => {
    const backend = open("full");
    const closed = vi.spyOn(backend, "closeInstance");
    HTMLDialogElement.prototype.showModal = function showModal() {
      this.open = true;
    };
    await screen.findByRole("log", { name: "Messages" });
    fireEvent.click(screen.getByRole("button", { name: "Close api-server" }));
    expect(closed).not.toHaveBeenCalled();
    fireEvent.click(await screen.findByRole("button", { name: "Stop and close" }));
    await vi.waitFor(() => expect(closed.mock.calls).toEqual([["ins_1"]]));
    fireEvent.click(screen.getByRole("button", { name: "Close infra home" }));
    await vi.waitFor(() => expect(closed).toHaveBeenLastCalledWith("ins_4"));
  });

  it("asks whether to quit, and Escape keeps the app", async () => {
    HTMLDialogElement.prototype.showModal = function showModal() {
      this.open = true;
    };
    const backend = open("quit");
    const shown = vi.spyOn(backend, "quitShown");
    const answered = vi.spyOn(backend, "answerQuit");
    const dialog = await screen.findByRole("dialog", { name: "Quit Outrider?" });
    expect(dialog.textContent).toContain("Outrider is working in 2 folders. Quit and stop them?");
    expect(shown).toHaveBeenCalledTimes(1);
    fireEvent(dialog, new Event("cancel", { cancelable: true }));
    expect(answered.mock.calls).toEqual([[false]]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("says what happened without the person until they dismiss it", async () => {
    open("notices");
    const said = await screen.findByText(/answered by another program, not by you/);
    expect(screen.getByText(/was started again/)).toBeTruthy();
    const notice = said.closest("li");
    if (!notice) throw new Error("no notice");
    fireEvent.click(within(notice).getByRole("button", { name: "Dismiss notice" }));
    await vi.waitFor(() => expect(screen.queryByText(/answered by another program/)).toBeNull());
  });

  it("keeps the composer while a server that died is started again", async () => {
    open("restarting");
    expect(await screen.findByText(/Starting it again/)).toBeTruthy();
    expect(screen.getByRole("textbox", { name: "Message" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Dismiss notice" })).toBeNull();
  });
});
