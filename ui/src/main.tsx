import { render } from "solid-js/web";
import { App } from "./app/App";
import type { Backend } from "./backend/backend";

async function chooseBackend(): Promise<Backend> {
  if (import.meta.env.MODE === "fake") return (await import("./backend/fake")).createFakeBackend(location.search);
  return (await import("./backend/tauri")).tauriBackend;
}

const backend = await chooseBackend();
const report = (message: string) => {
  backend.reportError(message).catch(() => undefined);
};
window.addEventListener("error", (event) => report(`${event.message} (${event.filename}:${event.lineno})`));
window.addEventListener("unhandledrejection", (event) => report(`unhandled rejection: ${String(event.reason)}`));

const root = document.getElementById("root");
if (root) render(() => <App backend={backend} />, root);
