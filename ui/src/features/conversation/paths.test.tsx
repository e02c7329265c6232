import { fireEvent, render, screen } from "@solidjs/testing-library";
import { createStore } from "solid-js/store";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../../backend/backend";
import type { Block } from "../../backend/types";
import { Blocks } from "./Blocks";
import { createPaths, PathsContext } from "./paths";

function show(there: string[], ...html: string[]) {
  const existingFiles = vi.fn(async (_: string, paths: string[]) => paths.map((path) => there.includes(path)));
  const openFile = vi.fn(async () => {});
  const backend = { existingFiles, openFile } as unknown as Backend;
  const [blocks, setBlocks] = createStore<Block[]>(html.map((html, number) => ({ number, html })));
  const paths = createPaths(backend, "i1", () => {});
  render(() => (
    <PathsContext.Provider value={paths}>
      <Blocks blocks={blocks} />
    </PathsContext.Provider>
  ));
  return { existingFiles, openFile, setBlocks };
}

describe("paths in an answer", () => {
  it("are links when the folder has them, and open", async () => {
    const { existingFiles, openFile } = show(
      ["src/a.ts:12", "Makefile.am"],
      "<p>See <code>src/a.ts:12</code>, <code>gone.ts</code> and <code>refresh()</code>.</p>",
      "<p><code>Makefile.am</code></p><pre><code>src/a.ts:12</code></pre>",
    );
    const links = await screen.findAllByRole("link");
    expect(links.map((link) => link.textContent)).toEqual(["src/a.ts:12", "Makefile.am"]);
    expect(existingFiles.mock.calls).toEqual([["i1", ["src/a.ts:12", "gone.ts", "Makefile.am"]]]);
    fireEvent.click(links[0] as HTMLElement);
    fireEvent.keyDown(links[1] as HTMLElement, { key: "Enter" });
    expect(openFile.mock.calls).toEqual([
      ["i1", "src/a.ts:12"],
      ["i1", "Makefile.am"],
    ]);
  });

  it("stay links when the text goes on, and are not asked for again", async () => {
    const { existingFiles, setBlocks } = show(["src/a.ts"], "<p><code>src/a.ts</code></p>");
    await screen.findByRole("link");
    setBlocks(0, "html", "<p><code>src/a.ts</code> and more</p>");
    expect(screen.getByRole("link").textContent).toBe("src/a.ts");
    expect(existingFiles).toHaveBeenCalledTimes(1);
  });
});
