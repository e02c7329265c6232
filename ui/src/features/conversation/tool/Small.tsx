import { For, Show } from "solid-js";
import { useBackend } from "../../../backend/context";
import type { ChildState, SectionBody } from "../../../backend/types";
import { TodoList } from "../../../shared/TodoList";
import { Attached } from "../Attached";
import { Blocks } from "../Blocks";
import type { SectionAccess } from "./source";

type Body<K extends SectionBody["kind"]> = Extract<SectionBody, { kind: K }>;

export function Command(props: { body: Body<"command"> }) {
  return (
    <pre class="tool-text tool-scroll tool-command">
      <span class="tool-prompt">$ </span>
      {props.body.text}
    </pre>
  );
}

export function Failure(props: { body: Body<"failure"> }) {
  return <pre class="tool-text tool-scroll tool-failure">{props.body.text}</pre>;
}

export function Prose(props: { body: Body<"prose"> }) {
  return (
    <div class="tool-prose tool-scroll">
      <Blocks blocks={props.body.blocks} />
    </div>
  );
}

export function Link(props: { body: Body<"link"> }) {
  const backend = useBackend();
  const opens = () => /^https?:\/\//i.test(props.body.url);
  return (
    <Show when={opens()} fallback={<p class="tool-text">{props.body.url}</p>}>
      <button type="button" class="tool-link" onClick={() => backend.openLink(props.body.url).catch(() => undefined)}>
        {props.body.url}
      </button>
    </Show>
  );
}

export function Files(props: { body: Body<"files">; access: SectionAccess }) {
  return (
    <div class="tool-files">
      <For each={props.body.files}>
        {(file, number) => <Attached file={file} part={props.access.part ?? ""} number={number()} />}
      </For>
    </div>
  );
}

export function Todos(props: { body: Body<"todos"> }) {
  return <TodoList items={props.body.items} />;
}

const CHILD_WORDS: Record<ChildState, string> = {
  working: "Working",
  waiting: "Waiting for you",
  done: "Done",
  failed: "Failed",
};

export function Child(props: { body: Body<"child"> }) {
  return (
    <p class="tool-child" data-state={props.body.state}>
      <Show when={props.body.state === "working"} fallback={<span class="tool-child-dot" />}>
        <span class="spinner" />
      </Show>
      <span class="tool-child-state">
        {[props.body.agent, CHILD_WORDS[props.body.state]].filter(Boolean).join(": ")}
      </span>
      <span class="truncate muted">{props.body.line}</span>
    </p>
  );
}

export function Answers(props: { body: Body<"answers"> }) {
  return (
    <dl class="tool-answers">
      <For each={props.body.items}>
        {(item) => (
          <>
            <dt>{item.question}</dt>
            <dd>
              <Show
                when={item.answers.length > 0}
                fallback={
                  <span class="muted">Not answered{item.options.length > 0 && `: ${item.options.join(" · ")}`}</span>
                }
              >
                <For each={item.answers}>{(answer) => <span class="tool-answer">{answer}</span>}</For>
              </Show>
            </dd>
          </>
        )}
      </For>
    </dl>
  );
}

export function Diagnostics(props: { body: Body<"diagnostics"> }) {
  return (
    <ul class="tool-findings">
      <For each={props.body.items}>
        {(item) => (
          <li data-severity={item.severity}>
            <span class="tool-severity">{item.severity}</span>
            <span class="numbers muted">
              {item.path}:{item.line}:{item.column}
            </span>
            <span class="tool-finding">{item.message}</span>
          </li>
        )}
      </For>
      <Show when={props.body.left_out > 0}>
        <li class="muted">{props.body.left_out} more</li>
      </Show>
    </ul>
  );
}
