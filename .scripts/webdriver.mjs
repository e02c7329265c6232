// The few words of the W3C WebDriver protocol that driving Outrider's window takes.

import { Stop } from "./report.mjs";

/** The name of an element's id in the protocol. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const LIMIT = 60_000;

/** What the window is asked, by the roles and names that are fixed for screen readers. */
const questions = {
  connection: `return named("[role=status], output", "Connection")?.dataset.state ?? null;`,
  composer: `const box = named("textarea, input, [role=textbox]", "Message"); return box && !box.disabled ? "ready" : null;`,
  permission: `return permission() !== null;`,
  conversation: `
    const answers = [...document.querySelectorAll("article[data-role=assistant]")];
    const tab = named("[role=tablist]", "Sessions")?.querySelector("[role=tab][aria-selected=true]");
    return { answers: answers.length, last: answers.at(-1)?.dataset.state ?? null, session: tab?.dataset.state ?? null };`,
  text: `return document.body.innerText.slice(-4000);`,
};

const elements = {
  composer: `return named("textarea, input, [role=textbox]", "Message");`,
  send: `return named("button", "Send");`,
  permission: `return permission();`,
};

const prelude = `
  const labelOf = (element) => {
    const ids = element.getAttribute("aria-labelledby");
    if (ids) return ids.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    return element.getAttribute("aria-label") || element.labels?.[0]?.textContent || element.textContent;
  };
  const named = (selector, name, within = document) =>
    [...within.querySelectorAll(selector)].find((element) => labelOf(element).trim() === name) ?? null;
  const permission = () => {
    const group = named("[role=group], fieldset", "Permission request");
    return group && named("button", "Allow once", group);
  };`;

/** A window of the app under WebDriver. */
export class Window {
  #session;

  /** Starts `binary` with `args` through the driver at `driver`. */
  static async open(driver, binary, args) {
    const window = new Window();
    const wanted = { alwaysMatch: { "webkitgtk:browserOptions": { binary, args } } };
    const { sessionId } = await send("POST", `${driver}/session`, { capabilities: wanted });
    window.#session = `${driver}/session/${sessionId}`;
    return window;
  }

  /** What the window shows; the questions are at the top of this file. */
  look(question) {
    return this.#ask(questions[question]);
  }

  async type(element, text) {
    await send("POST", `${this.#session}/element/${await this.#find(element)}/value`, { text });
  }

  async click(element) {
    await send("POST", `${this.#session}/element/${await this.#find(element)}/click`, {});
  }

  /** A PNG. */
  async screenshot() {
    return Buffer.from(await send("GET", `${this.#session}/screenshot`), "base64");
  }

  async close() {
    await send("DELETE", this.#session);
  }

  #ask(script) {
    return send("POST", `${this.#session}/execute/sync`, { script: `${prelude}\n${script}`, args: [] });
  }

  async #find(element) {
    const found = await this.#ask(elements[element]);
    if (!found) throw new Stop(`no such element: ${element}`);
    return found[ELEMENT];
  }
}

async function send(method, url, body) {
  const answer = await fetch(url, {
    method,
    body: body && JSON.stringify(body),
    headers: body && { "content-type": "application/json" },
    signal: AbortSignal.timeout(LIMIT),
  });
  const { value } = await answer.json();
  if (!answer.ok) throw new Stop(`${value?.error ?? answer.status}: ${value?.message ?? "WebDriver refused"}`);
  return value;
}
