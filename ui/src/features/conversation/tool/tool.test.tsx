import { fireEvent, render, screen, within } from "@solidjs/testing-library";
import { createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { DiffRow, LineRow, Section, SectionBody, SectionRows } from "../../../backend/types";
import { layout } from "./layout";
import { Rows } from "./Rows";
import { Sections } from "./Sections";
import { SectionContext, type SectionSource } from "./source";

const row = (number: number, kind: DiffRow["kind"], html = `${kind} ${number}`): DiffRow => ({
  number,
  kind,
  old: null,
  new: null,
  html,
});

const section = (body: SectionBody): Section => ({ number: 3, title: "Output", note: "", body });

const lines = (from: number, to: number): LineRow[] =>
  Array.from({ length: to - from }, (_, i) => ({ number: from + i, html: `line <b>${from + i}</b>` }));

function setUp(body: SectionBody, rows: SectionSource["rows"] = async () => null) {
  const source = { rows: vi.fn(rows), text: vi.fn(async () => "all of it") };
  const [detail, setDetail] = createStore({ sections: [section(body)] });
  const { container } = render(() => (
    <SectionContext.Provider value={source}>
      <Sections part="prt" detail={detail} />
    </SectionContext.Provider>
  ));
  return { source, container, setBody: (next: SectionBody) => setDetail("sections", 0, "body", next) };
}

describe("rows", () => {
  it("are in the document only where they are seen", () => {
    const [count, setCount] = createSignal(50);
    const { container } = render(() => <Rows count={count()}>{(index) => <p>{index}</p>}</Rows>);
    expect(container.querySelectorAll("p").length).toBe(50);
    setCount(300_000);
    expect(container.querySelectorAll("p").length).toBeLessThan(100);
    const view = container.querySelector<HTMLElement>(".tool-rows");
    if (!view) throw new Error("no rows are drawn");
    view.scrollTop = 19 * 200_000;
    fireEvent.scroll(view);
    const numbers = [...container.querySelectorAll("p")].map((each) => Number(each.textContent));
    expect(numbers).toContain(200_000);
    expect(numbers.length).toBeLessThan(100);
  });
});

describe("lines", () => {
  const body = { kind: "lines", total: 10_000, first: null, live: false, rows: lines(0, 200) } as const;

  it("are asked for by pages when they come into view, once, and again when they may have changed", async () => {
    const answer = async (_p: string, _s: number, from: number, to: number): Promise<SectionRows> => ({
      kind: "lines",
      total: 10_000,
      rows: lines(from, to),
    });
    const { source, container, setBody } = setUp({ ...body, rows: lines(0, 200) }, answer);
    expect(source.rows).not.toHaveBeenCalled();
    const view = container.querySelector<HTMLElement>(".tool-rows");
    if (!view) throw new Error("no rows are drawn");
    view.scrollTop = 19 * 5_100;
    fireEvent.scroll(view);
    expect(source.rows.mock.calls).toEqual([["prt", 3, 5_000, 5_200]]);
    await vi.waitFor(() => expect(view.textContent).toContain("line 5105"));
    fireEvent.scroll(view);
    expect(source.rows).toHaveBeenCalledTimes(1);
    setBody({ ...body, total: 10_500, rows: lines(0, 200) });
    view.scrollTop += 19 * 30;
    fireEvent.scroll(view);
    await vi.waitFor(() => expect(source.rows).toHaveBeenCalledTimes(2));
  });

  it("are copied from the core", async () => {
    const written = vi.fn(async () => undefined);
    vi.stubGlobal("navigator", { clipboard: { writeText: written } });
    setUp({ ...body, rows: lines(0, 200) });
    fireEvent.click(screen.getByRole("button", { name: "Copy output" }));
    await vi.waitFor(() => expect(written).toHaveBeenCalledWith("all of it"));
  });
});

describe("a diff", () => {
  beforeEach(() => localStorage.clear());
  const rows = [
    row(0, "kept"),
    row(1, "removed"),
    row(2, "removed"),
    row(3, "added"),
    row(4, "far"),
    row(5, "far"),
    row(6, "added"),
  ];

  it("puts what went beside what came, and folds what is far from both", () => {
    const words = (sides: boolean, shown: number[]) =>
      layout(rows, sides, new Set(shown)).map((line) => {
        if (line.kind === "folded") return `folded ${line.first}+${line.count}`;
        return line.kind === "row" ? line.row.number : `${line.left?.number}|${line.right?.number}`;
      });
    expect(words(false, [])).toEqual([0, 1, 2, 3, "folded 4+2", 6]);
    expect(words(false, [4])).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(words(true, [])).toEqual(["0|0", "1|3", "2|undefined", "folded 4+2", "undefined|6"]);
    expect(words(true, [4])).toEqual(["0|0", "1|3", "2|undefined", "4|4", "5|5", "undefined|6"]);
  });

  it("unfolds where it is asked to, and fetches what did not come with it", async () => {
    const more = Array.from({ length: 20 }, (_, i) => row(7 + i, "added", `new ${i}`));
    const { container, source } = setUp(
      { kind: "diff", files: [], total: 27, rows },
      async () => ({ kind: "diff", total: 27, rows: more }) as const,
    );
    await vi.waitFor(() => expect(container.textContent).toContain("new 19"));
    expect(source.rows.mock.calls).toEqual([["prt", 3, 7, 2_007]]);
    fireEvent.click(screen.getByRole("button", { name: "2 unchanged lines: show" }));
    expect(container.textContent).toContain("far 4");
  });
});

it("folds values and trees, with what is deep folded at first", () => {
  const { container } = setUp({
    kind: "json",
    rows: [
      { number: 0, depth: 0, size: 2, folded: false, key: "a", kind: "group", text: "{ 1 }" },
      { number: 1, depth: 1, size: 1, folded: true, key: "b", kind: "group", text: "[ 1 ]" },
      { number: 2, depth: 2, size: 0, folded: false, key: null, kind: "text", text: "<i>deep</i>" },
    ],
    left_out: 0,
  });
  expect(container.textContent).not.toContain("deep");
  fireEvent.click(within(container).getByRole("button", { name: "Unfold" }));
  expect(container.textContent).toContain("<i>deep</i>");
  fireEvent.click(within(container).getAllByRole("button", { name: "Fold" })[0] as HTMLElement);
  expect(container.textContent).not.toContain("[ 1 ]");
});

it("draws a section anew when its kind changes", () => {
  const { container, setBody } = setUp({ kind: "lines", total: 1, first: null, live: true, rows: lines(0, 1) });
  setBody({ kind: "diff", files: [], total: 1, rows: [row(0, "added", "came")] });
  expect(container.textContent).toContain("came");
});
