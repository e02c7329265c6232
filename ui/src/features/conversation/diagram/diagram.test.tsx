import { fireEvent, render, screen } from "@solidjs/testing-library";
import { batch } from "solid-js";
import { createStore, produce } from "solid-js/store";
import { describe, expect, it, vi } from "vitest";
import type { Backend, DiagramRequest } from "../../../backend/backend";
import { BackendContext } from "../../../backend/context";
import { createFakeBackend } from "../../../backend/fake";
import type { Block } from "../../../backend/types";
import { Blocks } from "../Blocks";
import { Drawing, type Drawn } from "./drawing";

const PICTURE = { svg: '<svg xmlns="http://www.w3.org/2000/svg"/>', width: 80, height: 40 };
const LOOK = { dark: false, fontFamily: "", colours: {} };

const code = (source: string) =>
  `<div class="code"><div class="code-head"><span class="code-language">mermaid</span><button type="button" class="code-wrap" aria-label="Wrap lines" aria-pressed="false">Wrap</button><button type="button" class="code-copy" aria-label="Copy code">Copy</button></div><pre><code class="language-mermaid">${source}</code></pre></div>`;

let draw: Backend["drawDiagram"];
const backend = { ...createFakeBackend(), drawDiagram: (request: DiagramRequest) => draw(request) };

function show(source: string, open: boolean, drawn: Backend["drawDiagram"]) {
  draw = drawn;
  const [state, set] = createStore<{ blocks: Block[]; open: boolean }>({
    blocks: [{ number: 0, html: code(source) }],
    open,
  });
  const view = render(() => (
    <BackendContext.Provider value={backend}>
      <Blocks blocks={state.blocks} open={state.open} />
    </BackendContext.Provider>
  ));
  return { set, ...view };
}

describe("a diagram", () => {
  it("is code until the fence is closed, then a picture, and its source on demand", async () => {
    const draw = vi.fn(async () => PICTURE);
    const { set, container, unmount } = show("flowchart LR\nA", true, draw);
    expect(draw).not.toHaveBeenCalled();
    set("open", false);
    expect(draw.mock.calls).toMatchObject([[{ source: "flowchart LR\nA", dark: false }]]);
    expect(container.querySelector(".as-diagram")).toBeNull();
    const image = await screen.findByRole("img", { name: "Diagram" });
    expect(image.getAttribute("src")).toContain("data:image/svg+xml");
    expect(image.getAttribute("height")).toBe("40");
    expect(container.querySelector(".as-diagram")).not.toBeNull();
    expect(container.querySelectorAll("svg, iframe").length).toBe(0);
    fireEvent.click(screen.getByRole("button", { name: "Source" }));
    expect(container.querySelector(".as-diagram")).toBeNull();
    // In other colours of code its elements are others.
    set("blocks", 0, "html", code("flowchart LR\nA").replace("flowchart", "<span>flowchart</span>"));
    fireEvent.click(screen.getByRole("button", { name: "Diagram" }));
    expect(container.querySelector(".as-diagram img")).not.toBeNull();
    unmount();
    // What was drawn is there at once, at its height.
    const again = show("flowchart LR\nA", false, draw);
    expect(again.container.querySelector(".as-diagram img")?.getAttribute("height")).toBe("40");
    expect(draw).toHaveBeenCalledTimes(1);
  });

  it("is drawn when what comes closes it, while the text goes on", async () => {
    const draw = vi.fn(async () => PICTURE);
    const { set, container } = show("flowchart LR\nB", true, draw);
    set(
      produce((state) => {
        state.blocks[0] = { number: 0, html: code("flowchart LR\nB --> C") };
        state.blocks[1] = { number: 1, html: "<p>And so on.</p>" };
      }),
    );
    await screen.findByRole("img", { name: "Diagram" });
    expect(draw.mock.calls).toMatchObject([[{ source: "flowchart LR\nB --> C" }]]);
    expect(container.querySelector(".diagram")).not.toBeNull();
    batch(() =>
      set(
        produce((state) => {
          state.blocks[2] = { number: 2, html: code("flowchart LR\nD") };
          state.blocks[3] = { number: 3, html: "<p>The end.</p>" };
          state.open = false;
        }),
      ),
    );
    await vi.waitFor(() => expect(container.querySelectorAll(".diagram").length).toBe(2));
  });

  it("stays code with a note when it cannot be drawn", async () => {
    const draw = async () => Promise.reject({ code: "diagram_not_drawn", message: "its syntax is wrong." });
    const { container } = show("flowchart LR\n---", false, draw);
    expect(await screen.findByText("Not drawn as a diagram: its syntax is wrong.")).not.toBeNull();
    expect(container.querySelector(".as-diagram")).toBeNull();
    expect(screen.queryByRole("button", { name: "Source" })).toBeNull();
  });

  it("is not even tried when it is too long", () => {
    const draw = vi.fn(async () => PICTURE);
    const { container } = show("x".repeat(20_001), false, draw);
    expect(container.querySelector(".diagram-note")?.textContent).toContain("too long");
    expect(draw).not.toHaveBeenCalled();
  });
});

describe("drawing", () => {
  it("is of one diagram at a time, and of none that is no longer wanted", async () => {
    const asked: string[] = [];
    const ends: (() => void)[] = [];
    const drawing = new Drawing(({ source }) => {
      asked.push(source);
      return new Promise((done) => ends.push(() => done(PICTURE)));
    });
    const came: Record<string, Drawn> = {};
    const draw = (source: string) =>
      drawing.draw(source, LOOK, (drawn) => {
        came[source] = drawn;
      });
    draw("a");
    draw("b").cancel();
    draw("c");
    expect(asked).toEqual(["a"]);
    ends[0]?.();
    await vi.waitFor(() => expect(asked).toEqual(["a", "c"]));
    ends[1]?.();
    await vi.waitFor(() => expect(Object.keys(came)).toEqual(["a", "c"]));
  });

  it("keeps pictures within bounds, those looked at last longest, and their sizes", async () => {
    const svg = `<svg${"a".repeat(1_200_000)}`;
    const drawing = new Drawing(async () => ({ ...PICTURE, svg }));
    for (let at = 0; at < 5; at += 1) {
      await new Promise((done) => drawing.draw(`large ${at}`, LOOK, done));
      drawing.known("large 0", LOOK);
    }
    const known = [0, 1, 2, 3, 4].filter((at) => drawing.known(`large ${at}`, LOOK));
    expect(known).toEqual([0, 3, 4]);
    expect(drawing.sizeOf("large 1")).toEqual({ width: 80, height: 40 });
  });
});
