import { describe, expect, it } from "vitest";
import { allScopesOf, fold, matchAt, matchesIn, needleOf, scopesOf } from "./matches";
import { matchInRow, rowOf } from "./rows";

function element(html: string): HTMLElement {
  const root = document.createElement("div");
  root.innerHTML = html;
  return root;
}

function texts(html: string, text: string, matchCase = false): string[] {
  const needle = needleOf(text, matchCase);
  return needle ? matchesIn(element(html), needle, 100).map(String) : [];
}

describe("what is marked", () => {
  it("is found across elements within a line, and not across lines", () => {
    expect(texts("<p>One <strong>bo</strong>ld\nword</p>", "one BOLD word")).toEqual(["One bold\nword"]);
    expect(texts("<ul><li>nee</li><li>dle</li></ul>", "needle")).toEqual([]);
    expect(texts("<p>aaaaa</p>", "aa")).toEqual(["aa", "aa"]);
  });

  it("leaves out what is no part of the text", () => {
    const code = '<div class="code-head"><span>copy</span><button>Copy</button></div><pre><code>copy()</code></pre>';
    expect(texts(code, "copy")).toEqual(["copy"]);
    expect(texts('<span class="tool-number">12</span><span>12</span>', "12")).toHaveLength(1);
  });

  it("folds the case of any script, one character for one, as the core does", () => {
    expect(texts("<p>STRAẞE σίσυφος, Straße Σίσυφος</p>", "straße ΣΊΣΥΦΟΣ")).toEqual([
      "STRAẞE σίσυφος",
      "Straße Σίσυφος",
    ]);
    expect(texts("<p>Привет, привет</p>", "Привет", true)).toEqual(["Привет"]);
    expect(texts("<p>ı İ i</p>", "I")).toEqual(["i"]);
    for (const c of ["ß", "İ", "ŉ", "😀", "ſ", "K"]) expect(fold(c)).toHaveLength(c.length);
  });

  it("knows a place by its number in its part or section", () => {
    const needle = needleOf("x", false);
    if (!needle) throw new Error("something to find");
    const blocks = '<div class="block">x x</div><div class="block">y x</div>';
    const text = element(`<div class="markdown"><div class="stretch">${blocks}</div></div>`);
    expect(matchAt(text, null, 2, needle)?.startContainer.textContent).toBe("y x");
    const call = element(
      `<div class="tool-line"><span class="tool-name">x</span><span class="tool-summary">x x</span></div>
       <section class="tool-piece" data-number="0"><div class="tool-piece-head">x</div>a x</section>
       <section class="tool-piece" data-number="1">b x</section>`,
    );
    expect(matchAt(call, null, 2, needle)?.startOffset).toBe(2);
    expect(matchAt(call, 1, 0, needle)?.startContainer.textContent).toBe("b x");
    expect(matchAt(call, 1, 7, needle)?.startContainer.textContent).toBe("b x");
    // Of long output only what is in view is drawn.
    const long = element('<section class="tool-piece" data-number="0"><div class="tool-rows-room">x</div></section>');
    expect(matchAt(long, 0, 0, needle)).toBeNull();
    expect(matchAt(call, 2, 0, needle)).toBeNull();
    expect([scopesOf(call, null).length, allScopesOf(call).length]).toEqual([2, 4]);
  });

  it("is found by its row where only the rows in view are drawn", () => {
    const needle = needleOf("x", false);
    if (!needle) throw new Error("something to find");
    expect(rowOf("a x\nb\nX and x", needle, 2)).toEqual({ row: 2, within: 1 });
    expect(rowOf("a x", needle, 1)).toBeNull();
    const rows = element('<div class="tool-row" data-row="2"><span>X and x</span></div>');
    expect(matchInRow(rows, { row: 2, within: 1 }, needle)?.startOffset).toBe(6);
    expect(matchInRow(rows, { row: 7, within: 0 }, needle)).toBeNull();
  });
});
