import MessageCircleQuestionMark from "lucide-solid/icons/message-circle-question-mark";
import { createSignal, createUniqueId, For, Show } from "solid-js";
import { problemOf } from "../../backend/backend";
import { useBackend } from "../../backend/context";
import type { Problem, QuestionItem, QuestionView } from "../../backend/types";
import { Button } from "../../shared/Button";
import { ProblemNote } from "../../shared/ProblemNote";
import { answersOf, type Choice, toggled, written } from "./answers";
import { CardHead, Key, type Place, PlaceLine } from "./Card";
import { createCardKeys } from "./keys";
import "./requests.css";

/** The questions of one request, answered together. */
export function QuestionCard(props: {
  instance: string;
  question: QuestionView;
  asker: string | null;
  /** Where it comes from, when it is shown elsewhere. */
  place?: Place;
  onAnswer?: () => void;
}) {
  let card: HTMLFormElement | undefined;
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
    props.onAnswer?.();
    try {
      await call();
    } catch (failure) {
      setProblem(problemOf(failure));
    } finally {
      setSending(false);
    }
  };
  const answer = () => {
    const now = answers();
    if (now) run(() => backend.replyQuestion(props.instance, props.question.id, now));
  };
  /** The question that has the focus; else the first that has no answer yet. */
  const current = () => {
    const focused = [...(card?.querySelectorAll("fieldset") ?? [])].findIndex((each) =>
      each.contains(document.activeElement),
    );
    if (focused >= 0) return focused;
    const open = choices().findIndex((choice) => choice.chosen.length === 0 && choice.written.trim() === "");
    return open >= 0 ? open : choices().length - 1;
  };
  const keys = createCardKeys((key) => {
    if (key === "send") {
      answer();
      return true;
    }
    if (typeof key !== "object") return false;
    const at = current();
    const item = props.question.questions[at];
    const option = item?.options[key.option];
    const choice = choices()[at];
    if (item && option && choice) change(at, toggled(item, choice, option.label));
    return true;
  });

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a form
    <form
      class="request"
      role="group"
      aria-label="Question"
      tabindex={0}
      data-question-id={props.question.id}
      ref={card}
      onSubmit={(event) => {
        event.preventDefault();
        answer();
      }}
      {...keys.on}
    >
      <Show when={props.place}>{(place) => <PlaceLine place={place()} />}</Show>
      <For each={props.question.questions}>
        {(item, index) => (
          <Item
            item={item}
            asker={index() === 0 ? props.asker : null}
            asked={index() === 0 ? props.question.asked : null}
            keys={keys.armed()}
            choice={choices()[index()] ?? { chosen: [], written: "" }}
            onChange={(choice) => change(index(), choice)}
          />
        )}
      </For>
      <Show when={problem()}>{(now) => <ProblemNote message={now().message} detail={now().detail} />}</Show>
      <div class="request-actions">
        <Button look="primary" type="submit" aria-label="Answer" disabled={!answers() || sending()}>
          Answer
          <Key shown={keys.armed()} name="↵" />
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

function Item(props: {
  item: QuestionItem;
  asker: string | null;
  asked: number | null;
  keys: boolean;
  choice: Choice;
  onChange: (choice: Choice) => void;
}) {
  const id = createUniqueId();
  return (
    <fieldset class="question">
      <legend>
        <CardHead
          icon={<MessageCircleQuestionMark class="icon request-icon" />}
          title={props.item.question}
          asker={props.asker}
          asked={props.asked}
        />
      </legend>
      <Show when={props.item.multiple}>
        <span class="muted option-more">Several may be chosen</span>
      </Show>
      <For each={props.item.options}>
        {(option, index) => (
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
              <Key shown={props.keys && index() < 9} name={String(index() + 1)} />
              <Show when={option.description}>
                <span class="muted option-more">{option.description}</span>
              </Show>
            </span>
          </label>
        )}
      </For>
      <Show when={props.item.custom}>
        <input
          class="field question-own"
          type="text"
          aria-label={`Own answer: ${props.item.header || props.item.question}`}
          placeholder="An answer of your own"
          value={props.choice.written}
          onInput={(event) => props.onChange(written(props.item, props.choice, event.currentTarget.value))}
        />
      </Show>
    </fieldset>
  );
}
