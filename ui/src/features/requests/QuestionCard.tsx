import MessageCircleQuestionMark from "lucide-solid/icons/message-circle-question-mark";
import { createSignal, createUniqueId, For, Show } from "solid-js";
import { problemOf } from "../../backend/backend";
import { useBackend } from "../../backend/context";
import type { Problem, QuestionItem, QuestionView } from "../../backend/types";
import { Button } from "../../shared/Button";
import { ProblemNote } from "../../shared/ProblemNote";
import { answersOf, type Choice, toggled, written } from "./answers";
import "./requests.css";

/** The questions of one request, answered together. */
export function QuestionCard(props: { instance: string; question: QuestionView; asker: string | null }) {
  const backend = useBackend();
  const [choices, setChoices] = createSignal<Choice[]>(
    props.question.questions.map(() => ({ chosen: [], written: "" })),
  );
  const [sending, setSending] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const answers = () => answersOf(props.question.questions, choices());
  const change = (index: number, choice: Choice) =>
    setChoices(choices().map((before, i) => (i === index ? choice : before)));

  const run = async (call: () => Promise<void>) => {
    if (sending()) return;
    setSending(true);
    setProblem(null);
    try {
      await call();
    } catch (failure) {
      setProblem(problemOf(failure));
    } finally {
      setSending(false);
    }
  };
  const send = (event: Event) => {
    event.preventDefault();
    const now = answers();
    if (now) run(() => backend.replyQuestion(props.instance, props.question.id, now));
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a form
    <form class="request" role="group" aria-label="Question" data-question-id={props.question.id} onSubmit={send}>
      <For each={props.question.questions}>
        {(item, index) => (
          <Item
            item={item}
            asker={index() === 0 ? props.asker : null}
            choice={choices()[index()] ?? { chosen: [], written: "" }}
            onChange={(choice) => change(index(), choice)}
          />
        )}
      </For>
      <Show when={problem()}>{(now) => <ProblemNote message={now().message} detail={now().detail} />}</Show>
      <div class="request-actions">
        <Button look="primary" type="submit" disabled={!answers() || sending()}>
          Answer
        </Button>
        <Button
          disabled={sending()}
          onClick={() => run(() => backend.rejectQuestion(props.instance, props.question.id))}
        >
          Dismiss
        </Button>
      </div>
    </form>
  );
}

function Item(props: { item: QuestionItem; asker: string | null; choice: Choice; onChange: (choice: Choice) => void }) {
  const id = createUniqueId();
  return (
    <fieldset class="question">
      <legend class="request-head">
        <MessageCircleQuestionMark class="icon request-icon" />
        <span class="request-title">{props.item.question}</span>
        <Show when={props.asker}>
          <span class="muted truncate">asked by {props.asker}</span>
        </Show>
      </legend>
      <For each={props.item.options}>
        {(option) => (
          <label class="option">
            <input
              type={props.item.multiple ? "checkbox" : "radio"}
              name={id}
              aria-label={option.label}
              checked={props.choice.chosen.includes(option.label)}
              onChange={() => props.onChange(toggled(props.item, props.choice, option.label))}
            />
            <span>
              {option.label}
              <Show when={option.description}>
                <span class="muted option-more">{option.description}</span>
              </Show>
            </span>
          </label>
        )}
      </For>
      <input
        class="field question-own"
        type="text"
        aria-label={`Own answer: ${props.item.header || props.item.question}`}
        placeholder="An answer of your own"
        value={props.choice.written}
        onInput={(event) => props.onChange(written(props.item, props.choice, event.currentTarget.value))}
      />
    </fieldset>
  );
}
