import { fireEvent, render, screen } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { Attached } from "./Attached";
import { sizeWords, typeWords } from "./fileWords";
import { PictureContext } from "./pictures";

const show = (name: string, mime: string, size: number | null, picture: boolean) =>
  render(() => (
    <PictureContext.Provider value={(part, number) => `picture://${part}/${number}`}>
      <Attached file={{ name, mime, size, picture }} part="prt" number={3} />
    </PictureContext.Provider>
  ));

describe("a file of a message", () => {
  it("is a preview that opens larger when it is an image", () => {
    show("a.png", "image/png", 6_690, true);
    expect(screen.getByRole("img", { name: "a.png" }).getAttribute("src")).toBe("picture://prt/3");
    fireEvent.click(screen.getByRole("button", { name: "Show a.png larger" }));
    const dialog = document.querySelector("dialog.lightbox");
    expect(dialog?.querySelector("img")?.getAttribute("src")).toBe("picture://prt/3");
    fireEvent.click(screen.getByRole("button", { name: "Close", hidden: true }));
    expect(document.querySelector("dialog.lightbox")).toBeNull();
  });

  it("is a chip when it is none, or cannot be shown", () => {
    const { container } = show("a.png", "image/png", 6_690, true);
    fireEvent.error(screen.getByRole("img"));
    expect(container.querySelector(".chip")?.textContent).toBe("a.pngPNG · 6.7 KB");
    expect(show("src", "application/x-directory", null, false).container.textContent).toBe("srcFolder");
  });

  it("says its type and size in words", () => {
    const types = [
      "image/svg+xml",
      "text/plain; charset=utf-8",
      "application/pdf",
      "application/zip",
      "",
      "text/x-python",
    ];
    expect(types.map(typeWords)).toEqual(["SVG", "Text", "PDF", "ZIP", "", "Python"]);
    expect([0, 999, 1_000, 9_949, 48_120, 999_600, 3_400_000].map(sizeWords)).toEqual([
      "0 B",
      "999 B",
      "1.0 KB",
      "9.9 KB",
      "48 KB",
      "1.0 MB",
      "3.4 MB",
    ]);
  });
});
