// The document of the frame in which diagrams are drawn. It has an origin of its own and may do nothing: what it makes is
// sent to the window as text, which shows it as an image.
import mermaid from "mermaid";
import { type FrameMessage, type FrameRequest, MAX_EDGES, MAX_SOURCE } from "./messages";

/** What a source must not set for itself. */
const FIXED = ["secure", "securityLevel", "startOnLoad", "maxTextSize", "maxEdges", "suppressErrorRendering"];
const FIXED_LOOKS = ["htmlLabels", "theme", "themeCSS", "themeVariables", "fontFamily", "altFontFamily", "fontSize"];
const NO_HTML = { htmlLabels: false };

const say = (message: FrameMessage) => parent.postMessage(message, "*");

async function draw(request: FrameRequest) {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    secure: [...FIXED, ...FIXED_LOOKS, "dompurifyConfig", "deterministicIds", "forceLegacyMathML", "legacyMathML"],
    maxTextSize: MAX_SOURCE,
    maxEdges: MAX_EDGES,
    suppressErrorRendering: true,
    logLevel: "fatal",
    ...NO_HTML,
    flowchart: NO_HTML,
    class: NO_HTML,
    theme: "base",
    darkMode: request.dark,
    fontFamily: request.fontFamily,
    fontSize: 14,
    themeVariables: { ...request.colours, darkMode: request.dark, fontFamily: request.fontFamily, fontSize: "14px" },
  });
  const room = document.createElement("div");
  document.body.replaceChildren(room);
  const { svg } = await mermaid.render(`diagram-${request.number}`, request.source, room);
  room.innerHTML = svg;
  const picture = room.querySelector("svg");
  if (!picture) throw new Error("Nothing was drawn.");
  const { width, height } = sizeOf(picture);
  picture.style.removeProperty("max-width");
  picture.setAttribute("width", String(width));
  picture.setAttribute("height", String(height));
  const written = new XMLSerializer().serializeToString(picture);
  document.body.replaceChildren();
  return { svg: written, width, height };
}

/** The size of a picture in pixels: that of what it shows. */
function sizeOf(picture: SVGSVGElement) {
  const { width, height } = picture.viewBox.baseVal ?? { width: 0, height: 0 };
  if (width > 0 && height > 0) return { width: Math.ceil(width), height: Math.ceil(height) };
  const box = picture.getBBox();
  return { width: Math.ceil(box.x + box.width), height: Math.ceil(box.y + box.height) };
}

addEventListener("message", async (event: MessageEvent<FrameRequest>) => {
  if (event.source !== parent) return;
  const { number } = event.data;
  try {
    say({ kind: "drawn", number, ...(await draw(event.data)) });
  } catch (failure) {
    document.body.replaceChildren();
    say({ kind: "failed", number, why: failure instanceof Error ? failure.message : String(failure) });
  }
});
say({ kind: "ready" });
