import { render } from "solid-js/web";
import { App } from "./app/App";
import { reportFaults } from "./app/faults";
import type { Backend } from "./backend/backend";
import { turnInPhase } from "./shared/turning";

async function chooseBackend(): Promise<Backend> {
  if (import.meta.env.MODE === "fake") return (await import("./backend/fake")).createFakeBackend(location.search);
  return (await import("./backend/tauri")).tauriBackend;
}

const backend = await chooseBackend();
const report = (message: string) => {
  backend.reportError(message).catch(() => undefined);
};
reportFaults(report);
turnInPhase(document);

const root = document.getElementById("root");
if (root) render(() => <App backend={backend} />, root);
