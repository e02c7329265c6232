import { type Component, For, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { Section, SectionBody, ToolDetail } from "../../../backend/types";
import { CopyButton } from "../../../shared/CopyButton";
import { Diff } from "./Diff";
import { Json, Tree } from "./Fold";
import { Lines } from "./Lines";
import { Answers, Child, Command, Diagnostics, Failure, Files, Link, Prose, Todos } from "./Small";
import { type SectionAccess, useSection } from "./source";

type View<K extends SectionBody["kind"]> = Component<{
  body: Extract<SectionBody, { kind: K }>;
  access: SectionAccess;
}>;

const VIEWS: { [K in SectionBody["kind"]]: View<K> } = {
  command: Command,
  lines: Lines,
  diff: Diff,
  tree: Tree,
  todos: Todos,
  child: Child,
  prose: Prose,
  link: Link,
  answers: Answers,
  diagnostics: Diagnostics,
  json: Json,
  files: Files,
  failure: Failure,
};

/** Sections that are of a few words: copying them is no help. */
const SMALL = new Set<SectionBody["kind"]>(["child", "files", "todos"]);

/** What an unfolded call shows. */
export function Sections(props: { part: string; detail: ToolDetail }) {
  return (
    <div class="tool-detail">
      <For each={props.detail.sections}>{(section) => <OneSection part={props.part} section={section} />}</For>
      <Show when={props.detail.sections.length === 0}>
        <p class="muted tool-text">Nothing yet.</p>
      </Show>
    </div>
  );
}

function OneSection(props: { part: string; section: Section }) {
  const access = useSection(props.part, props.section.number);
  return (
    <section
      class="tool-piece"
      aria-label={props.section.title}
      data-section={props.section.body.kind}
      data-number={props.section.number}
    >
      <div class="tool-piece-head">
        <span>{props.section.title}</span>
        <Show when={props.section.note}>
          <span class="muted truncate" title={props.section.note}>
            {props.section.note}
          </span>
        </Show>
        <Show when={!SMALL.has(props.section.body.kind)}>
          <CopyButton
            label={`Copy ${props.section.title.toLowerCase()}`}
            text={async () => (await access.text()) ?? ""}
          />
        </Show>
      </div>
      <Show when={props.section.body.kind} keyed>
        {(kind) => (
          <Dynamic component={VIEWS[kind] as View<SectionBody["kind"]>} body={props.section.body} access={access} />
        )}
      </Show>
    </section>
  );
}
