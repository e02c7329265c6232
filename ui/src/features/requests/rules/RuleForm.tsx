import TriangleAlert from "lucide-solid/icons/triangle-alert";
import { createEffect, createSignal, createUniqueId, For, onMount, Show } from "solid-js";
import { problemOf } from "../../../backend/backend";
import type { Problem, Rule, RuleAnswer } from "../../../backend/types";
import { Button } from "../../../shared/Button";
import { ProblemNote } from "../../../shared/ProblemNote";
import { Select } from "./Select";
import { broadWords, KINDS, patternWords } from "./words";

const OTHER = "other";

/** A rule that is being made or changed. */
export function RuleForm(props: {
  rule: Rule;
  /** It is made of a request: what stands in the pattern was not written as one. */
  quoted: boolean;
  isNew: boolean;
  onSave: (rule: Rule) => Promise<void>;
  onCancel: () => void;
}) {
  const id = createUniqueId();
  const { rule: first, quoted } = props;
  const known = () => [...KINDS.map(([kind]) => kind), ...(quoted ? [first.kind] : [])];
  const [rule, setRule] = createSignal<Rule>(first);
  const [own, setOwn] = createSignal(!known().includes(first.kind));
  const [saving, setSaving] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  let form: HTMLFormElement | undefined;
  let pattern: HTMLInputElement | undefined;
  onMount(() => queueMicrotask(() => pattern?.focus()));
  const change = (part: Partial<Rule>) => setRule({ ...rule(), ...part });
  // It grows by what it says of a rule; its buttons stay in view.
  createEffect(() => {
    broadWords(rule());
    rule().answer;
    queueMicrotask(() => form?.scrollIntoView?.({ block: "nearest" }));
  });
  const options = (): [string, string][] => {
    const more = known().filter((kind) => !KINDS.some(([each]) => each === kind));
    return [...KINDS, ...more.map((kind): [string, string] => [kind, kind]), [OTHER, "Another kind…"]];
  };
  const hasWildcards = () => quoted && rule().pattern === first.pattern && /[*?]/.test(first.pattern);
  const whole = () => rule().kind.trim() !== "" && rule().pattern.trim() !== "";

  const save = async (event: Event) => {
    event.preventDefault();
    if (!whole() || saving()) return;
    setSaving(true);
    setProblem(null);
    try {
      await props.onSave({ ...rule(), reason: rule().answer === "deny" ? rule().reason?.trim() || null : null });
    } catch (failure) {
      setProblem(problemOf(failure));
      setSaving(false);
    }
  };
  const answer = (value: RuleAnswer, words: string) => (
    <label>
      <input
        type="radio"
        name={`${id}-answer`}
        checked={rule().answer === value}
        onChange={() => change({ answer: value })}
      />
      {words}
    </label>
  );

  return (
    <form class="rule-form" aria-label={props.isNew ? "New rule" : "Change rule"} onSubmit={save} novalidate ref={form}>
      <div class="rule-fields">
        <div class="rule-field">
          <label for={`${id}-kind`}>When the agent asks to</label>
          <Select
            id={`${id}-kind`}
            value={own() ? OTHER : rule().kind}
            options={options()}
            onChange={(kind) => {
              setOwn(kind === OTHER);
              change({ kind: kind === OTHER ? "" : kind });
            }}
          />
          <Show when={own()}>
            <input
              class="field"
              type="text"
              aria-label="Name of the kind"
              placeholder="As the server names it"
              spellcheck={false}
              autocomplete="off"
              value={rule().kind}
              onInput={(event) => change({ kind: event.currentTarget.value })}
            />
          </Show>
        </div>
        <div class="rule-field">
          <label for={`${id}-pattern`}>that matches</label>
          <input
            id={`${id}-pattern`}
            class="field rule-input"
            type="text"
            aria-label="Pattern"
            aria-describedby={`${id}-hint`}
            placeholder={patternWords(rule().kind)[1]}
            spellcheck={false}
            autocomplete="off"
            value={rule().pattern}
            ref={pattern}
            onInput={(event) => change({ pattern: event.currentTarget.value })}
          />
        </div>
      </div>
      <p id={`${id}-hint`} class="rule-hint">
        {patternWords(rule().kind)[0]} <code class="request-pattern">*</code> stands for any text,{" "}
        <code class="request-pattern">?</code> for one character.
      </p>
      <Show when={hasWildcards()}>
        <p class="rule-warning">
          <TriangleAlert class="icon small" />
          The request itself has * or ? in it. In a rule they stand for any text, so that it covers more than was asked.
        </p>
      </Show>
      <fieldset class="rule-answers">
        <legend class="visually-hidden">Answer</legend>
        {answer("allow", "Allow once, each time")}
        {answer("deny", "Deny")}
      </fieldset>
      <Show when={rule().answer === "deny"}>
        <div class="rule-field">
          <input
            class="field"
            type="text"
            aria-label="Reason"
            placeholder="Reason, told to the agent (optional)"
            autocomplete="off"
            value={rule().reason ?? ""}
            onInput={(event) => change({ reason: event.currentTarget.value })}
          />
          <span class="rule-hint">With a reason the agent goes on; without one its run ends there.</span>
        </div>
      </Show>
      <Show when={broadWords(rule())}>
        {(words) => (
          <p class="rule-warning" role="alert">
            <TriangleAlert class="icon small" />
            {words()}
          </p>
        )}
      </Show>
      <Show when={problem()}>{(now) => <ProblemNote message={now().message} detail={now().detail} />}</Show>
      <div class="rule-buttons">
        <Button look="primary" type="submit" disabled={!whole() || saving()}>
          {props.isNew ? "Add rule" : "Save rule"}
        </Button>
        <Button onClick={() => props.onCancel()}>Cancel</Button>
      </div>
    </form>
  );
}

/** A rule from nothing. */
export const FRESH: Rule = { kind: "bash", pattern: "", answer: "allow", reason: null };

export function ruleLook(answer: RuleAnswer) {
  return (
    <span class="rule-answer" data-answer={answer}>
      {answer === "allow" ? "Allow" : "Deny"}
    </span>
  );
}

export function RuleKinds(props: { rules: Rule[] }) {
  return (
    <For each={props.rules}>
      {(rule) => (
        <code class="request-pattern">
          {rule.kind === "*" ? "any" : rule.kind}: {rule.pattern}
        </code>
      )}
    </For>
  );
}
