import { fireEvent, render, screen, within } from "@solidjs/testing-library";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../../backend/backend";
import { BackendContext } from "../../backend/context";
import { PERMISSION, QUESTION } from "../../backend/fakeData";
import { PermissionCard } from "./PermissionCard";
import { QuestionCard } from "./QuestionCard";

function setUp() {
  const backend = {
    replyPermission: vi.fn<Backend["replyPermission"]>(async () => undefined),
    replyQuestion: vi.fn<Backend["replyQuestion"]>(async () => undefined),
    rejectQuestion: vi.fn<Backend["rejectQuestion"]>(async () => undefined),
  };
  render(() => (
    <BackendContext.Provider value={backend as Partial<Backend> as Backend}>
      <PermissionCard instance="ins" permission={PERMISSION} asker="explore" diff={() => "diff"} />
      <QuestionCard instance="ins" question={QUESTION} asker={null} />
    </BackendContext.Provider>
  ));
  return {
    backend,
    permission: within(screen.getByRole("group", { name: "Permission request" })),
    question: within(screen.getByRole("group", { name: "Question" })),
  };
}

describe("a permission request", () => {
  it.each([
    ["Allow once", "once"],
    ["Always allow", "always"],
    ["Deny", "reject"],
  ] as const)("%s sends %s", (name, reply) => {
    const { backend, permission } = setUp();
    fireEvent.click(permission.getByRole("button", { name }));
    expect(backend.replyPermission.mock.calls).toEqual([["ins", "per_1", reply, null]]);
  });

  it("sends the reason with Deny, and says what failed", async () => {
    const { backend, permission } = setUp();
    backend.replyPermission.mockRejectedValueOnce({ code: "gone", message: "It was answered elsewhere." });
    fireEvent.click(permission.getByRole("button", { name: "Say why…" }));
    fireEvent.input(permission.getByRole("textbox"), { target: { value: " use rg " } });
    fireEvent.click(permission.getByRole("button", { name: "Deny" }));
    expect(backend.replyPermission.mock.calls).toEqual([["ins", "per_1", "reject", "use rg"]]);
    expect(await permission.findByText("It was answered elsewhere.")).toBeTruthy();
  });

  it("is answered by keys when they brought the focus there, and by none after a click into it", () => {
    const { backend } = setUp();
    const card = screen.getByRole("group", { name: "Permission request" });
    const press = (key: string, more: KeyboardEventInit = {}) =>
      fireEvent.keyDown(card, { key, code: `Key${key.toUpperCase()}`, ...more });
    fireEvent.pointerDown(card);
    card.focus();
    press("a");
    screen.getByRole("group", { name: "Question" }).focus();
    expect(backend.replyPermission).not.toHaveBeenCalled();
    return new Promise((resolve) => setTimeout(resolve)).then(async () => {
      card.focus();
      expect(card.textContent).toContain("⇧A");
      press("a", { repeat: true });
      press("x");
      press("a", { ctrlKey: true });
      expect(backend.replyPermission).not.toHaveBeenCalled();
      press("A", { shiftKey: true });
      await vi.waitFor(() => expect(backend.replyPermission.mock.calls.map((call) => call[2])).toEqual(["always"]));
      press("r");
      const reason = within(card).getByRole("textbox");
      fireEvent.input(reason, { target: { value: "a" } });
      fireEvent.keyDown(reason, { key: "a", code: "KeyA" });
      expect(backend.replyPermission).toHaveBeenCalledTimes(1);
      press("d");
      await vi.waitFor(() => expect(backend.replyPermission.mock.calls[1]?.slice(2)).toEqual(["reject", "a"]));
    });
  });

  it("says what Always covers, and since when it waits", () => {
    const { permission } = setUp();
    expect(permission.getByText("git log *").tagName).toBe("CODE");
    expect(permission.getByTitle("Waits for so long").textContent).toMatch(/^\d+ m \d\d s$/);
  });

  it("names the subagent that asks", () => {
    expect(setUp().permission.getByText("asked by explore")).toBeTruthy();
  });
});

describe("a question", () => {
  it("sends the answers of all its questions together, own words included", () => {
    const { backend, question } = setUp();
    const answer = question.getByRole<HTMLButtonElement>("button", { name: "Answer" });
    fireEvent.click(question.getByRole("radio", { name: "SQLite" }));
    expect(answer.disabled).toBe(true);
    fireEvent.click(question.getByRole("checkbox", { name: "Parquet" }));
    fireEvent.click(question.getByRole("checkbox", { name: "CSV" }));
    fireEvent.input(question.getByRole("textbox", { name: "Own answer: Formats" }), { target: { value: "XML" } });
    fireEvent.click(answer);
    expect(backend.replyQuestion.mock.calls).toEqual([["ins", "que_1", [["SQLite"], ["CSV", "Parquet", "XML"]]]]);
  });

  it("of one answer takes own words instead of an option", () => {
    const { backend, question } = setUp();
    fireEvent.click(question.getByRole("radio", { name: "SQLite" }));
    fireEvent.input(question.getByRole("textbox", { name: "Own answer: Database" }), { target: { value: "DuckDB" } });
    fireEvent.click(question.getByRole("checkbox", { name: "CSV" }));
    fireEvent.click(question.getByRole("button", { name: "Answer" }));
    expect(backend.replyQuestion.mock.calls[0]?.[2]).toEqual([["DuckDB"], ["CSV"]]);
  });

  it("takes digits for options of the first question that is open, and Enter to answer", () => {
    const { backend } = setUp();
    const card = screen.getByRole("group", { name: "Question" });
    card.focus();
    const press = (key: string) => fireEvent.keyDown(card, { key, code: /\d/.test(key) ? `Digit${key}` : key });
    for (const key of ["2", "1", "Enter"]) press(key);
    expect(backend.replyQuestion.mock.calls[0]?.[2]).toEqual([["SQLite"], ["CSV"]]);
  });

  it("has no field for own words where the server takes none", () => {
    const question = { ...QUESTION, questions: QUESTION.questions.map((item) => ({ ...item, custom: false })) };
    render(() => (
      <BackendContext.Provider value={{} as Backend}>
        <QuestionCard instance="ins" question={question} asker={null} />
      </BackendContext.Provider>
    ));
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  it("can be dismissed", () => {
    const { backend, question } = setUp();
    fireEvent.click(question.getByRole("button", { name: "Dismiss" }));
    expect(backend.rejectQuestion.mock.calls).toEqual([["ins", "que_1"]]);
  });
});
