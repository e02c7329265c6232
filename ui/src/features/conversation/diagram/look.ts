import { createSignal } from "solid-js";
import type { Look } from "./drawing";

/** Mermaid's names of colours, and ours. */
const COLOURS = {
  background: "--sunken",
  mainBkg: "--raised",
  primaryColor: "--raised",
  primaryTextColor: "--text",
  primaryBorderColor: "--control-line",
  secondaryColor: "--accent-soft",
  secondaryTextColor: "--text",
  secondaryBorderColor: "--accent",
  tertiaryColor: "--canvas",
  tertiaryTextColor: "--text",
  tertiaryBorderColor: "--outline",
  lineColor: "--text-muted",
  textColor: "--text",
  titleColor: "--text",
  nodeTextColor: "--text",
  edgeLabelBackground: "--sunken",
  clusterBkg: "--canvas",
  clusterBorder: "--outline",
  noteBkgColor: "--warn-soft",
  noteTextColor: "--text",
  noteBorderColor: "--warn",
  actorBkg: "--raised",
  actorBorder: "--control-line",
  actorLineColor: "--outline",
  activationBkgColor: "--selected",
  activationBorderColor: "--control-line",
  labelBoxBkgColor: "--raised",
  labelBoxBorderColor: "--outline",
  loopTextColor: "--text",
  signalColor: "--text-muted",
  signalTextColor: "--text",
  errorBkgColor: "--bad-soft",
  errorTextColor: "--bad",
  critBkgColor: "--bad-soft",
  critBorderColor: "--bad",
  doneTaskBkgColor: "--selected",
  doneTaskBorderColor: "--control-line",
  activeTaskBkgColor: "--accent-soft",
  activeTaskBorderColor: "--accent",
  taskBkgColor: "--raised",
  taskBorderColor: "--control-line",
  taskTextColor: "--text",
  taskTextDarkColor: "--text",
  taskTextLightColor: "--text",
  taskTextOutsideColor: "--text",
  sectionBkgColor: "--hover",
  altSectionBkgColor: "--sunken",
  rowOdd: "--raised",
  rowEven: "--canvas",
  gridColor: "--outline",
  todayLineColor: "--bad",
} as const;

const query = () => (typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null);
const [isDark, setDark] = createSignal(query()?.matches === true);
query()?.addEventListener?.("change", (event) => setDark(event.matches));

/** The window's colours and font as they are now; read anew when light and dark change. */
export function currentLook(): Look {
  const dark = isDark();
  const style = getComputedStyle(document.documentElement);
  const value = (name: string) => style.getPropertyValue(name).trim();
  const colours = Object.entries(COLOURS).map(([name, token]) => [name, value(token)] as const);
  return {
    dark,
    fontFamily: value("--font-text"),
    colours: Object.fromEntries(colours.filter(([, colour]) => colour !== "")),
  };
}
