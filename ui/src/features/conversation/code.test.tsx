import { fireEvent, render, screen } from "@solidjs/testing-library";
import { createStore } from "solid-js/store";
import { describe, expect, it, vi } from "vitest";
import type { Block } from "../../backend/types";
import { Blocks } from "./Blocks";

const first = (code: string) =>
  `<div class="code"><div class="code-head"><span class="code-language">Rust</span><button type="button" class="code-wrap" aria-label="Wrap lines" aria-pressed="false">Wrap</button><button type="button" class="code-copy" aria-label="Copy code">Copy</button></div><pre><code class="language-rust">${code}</code></pre></div>`;
const next = (code: string) => `<pre class="continued"><code class="language-rust">${code}</code></pre>`;

function show(...html: string[]) {
  const [blocks, setBlocks] = createStore<Block[]>(html.map((html, number) => ({ number, html })));
  render(() => <Blocks blocks={blocks} />);
  return setBlocks;
}

describe("a code block", () => {
  it("is copied as it is shown, with all its parts", async () => {
    const writeText = vi.fn(async () => {});
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    show(
      "<p>before</p>",
      first('<span class="c-keyword">fn</span> a&lt;b&gt;\n'),
      next("c\n"),
      "<p>after</p>",
      first("d\n"),
    );
    const [button] = screen.getAllByRole("button", { name: "Copy code" });
    fireEvent.click(button as HTMLElement);
    await screen.findByRole("button", { name: "Copied" });
    expect(writeText.mock.calls).toEqual([["fn a<b>\nc\n"]]);
  });

  it("stays wrapped when its colours come and when it goes on", () => {
    const setBlocks = show(first("fn a\n"));
    const wrap = () => screen.getByRole("button", { name: "Wrap lines" });
    fireEvent.click(wrap());
    expect(wrap().getAttribute("aria-pressed")).toBe("true");
    setBlocks(0, "html", first('<span class="c-keyword">fn</span> a\n'));
    expect(wrap().getAttribute("aria-pressed")).toBe("true");
    expect(wrap().closest(".wrapped")).not.toBeNull();
    setBlocks(1, { number: 1, html: next("b\n") });
    expect(wrap().getAttribute("aria-pressed")).toBe("true");
    expect(wrap().closest(".wrapped")?.textContent).toContain("b\n");
  });

  it("is drawn anew alone", () => {
    const setBlocks = show("<p>before</p>", first("fn a\n"));
    const paragraph = screen.getByText("before");
    setBlocks(1, "html", first('<span class="c-keyword">fn</span> a\n'));
    expect(screen.getByText("before")).toBe(paragraph);
    expect(document.querySelector(".c-keyword")?.textContent).toBe("fn");
  });
});

describe("a long text", () => {
  it("keeps a code block whole across its stretches, and draws only what came", () => {
    const before = Array.from({ length: 30 }, (_, at) => `<p>paragraph ${at}</p>`);
    const code = Array.from({ length: 40 }, (_, at) => next(`line ${at}\n`));
    const setBlocks = show(...before, first("begins\n"), ...code, "<p>after</p>");
    const paragraph = screen.getByText("paragraph 0");
    const run = screen.getByText(/line 39/).closest(".code-run");
    expect(run?.textContent).toContain("begins");
    expect(screen.getByText("after").closest(".code-run")).toBeNull();
    setBlocks(72, { number: 72, html: next("of another\n") });
    setBlocks(73, { number: 73, html: "<p>the end</p>" });
    expect(screen.getByText("the end").closest(".block")?.previousElementSibling?.textContent).toContain("of another");
    expect(screen.getByText("paragraph 0")).toBe(paragraph);
    expect(screen.getByText(/line 39/).closest(".code-run")).toBe(run);
    setBlocks((blocks) => blocks.slice(0, 31));
    expect(screen.queryByText(/line 39/)).toBeNull();
    expect(screen.getByText(/begins/).closest(".code-run")).toBeNull();
  });
});
