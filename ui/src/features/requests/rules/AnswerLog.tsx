import { For, Show } from "solid-js";
import type { AutoAnswer } from "../../../backend/types";
import { clockWords, dateWords } from "../../../shared/time";
import { RuleKinds } from "./RuleForm";

/** What was answered by rules, newest first. */
export function AnswerLog(props: { answers: AutoAnswer[]; onOpen: (session: string) => void }) {
  const words = (answer: AutoAnswer) => {
    if (answer.failed !== null) return "Failed";
    return answer.answer === "allow" ? "Allowed" : "Denied";
  };
  return (
    <ol class="answer-log" aria-label="Latest automatic answers">
      <For each={props.answers}>
        {(answer) => (
          <li class="answer" data-answer={answer.failed === null ? answer.answer : "failed"}>
            <time class="answer-time numbers" datetime={new Date(answer.at).toISOString()} title={dateWords(answer.at)}>
              {clockWords(answer.at)}
            </time>
            <span class="rule-answer" data-answer={answer.failed === null ? answer.answer : "failed"}>
              {words(answer)}
            </span>
            <div class="answer-what">
              <Show when={answer.text} fallback={<span>{answer.title}</span>}>
                {(text) => (
                  <code class="answer-text" title={text()}>
                    {text()}
                  </code>
                )}
              </Show>
              <Show when={answer.failed}>{(failed) => <span class="answer-failed">{failed()}</span>}</Show>
              <span class="answer-from">
                <button
                  type="button"
                  class="request-open truncate"
                  title={`Go to ${answer.session.title}`}
                  onClick={() => props.onOpen(answer.session.id)}
                >
                  {answer.session.title}
                </button>
                <span class="muted">by</span>
                <RuleKinds rules={answer.rules} />
              </span>
            </div>
          </li>
        )}
      </For>
    </ol>
  );
}
