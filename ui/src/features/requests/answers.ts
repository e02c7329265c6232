import type { QuestionItem } from "../../backend/types";

/** What is chosen and written for one question so far. */
export interface Choice {
  chosen: string[];
  written: string;
}

/** Chooses an option, or takes it back; a question of one answer has at most one, and no text beside it. */
export function toggled(item: QuestionItem, choice: Choice, label: string): Choice {
  if (!item.multiple) return { chosen: [label], written: "" };
  const without = choice.chosen.filter((chosen) => chosen !== label);
  return { ...choice, chosen: without.length < choice.chosen.length ? without : [...choice.chosen, label] };
}

/** Writes an answer of one's own. */
export function written(item: QuestionItem, choice: Choice, text: string): Choice {
  return { chosen: item.multiple || text.trim() === "" ? choice.chosen : [], written: text };
}

/** The answers to send, in the order of the options; null while a question has none. */
export function answersOf(items: QuestionItem[], choices: Choice[]): string[][] | null {
  const answers = items.map((item, i) => {
    const choice = choices[i];
    if (!choice) return [];
    const chosen = item.options.map((option) => option.label).filter((label) => choice.chosen.includes(label));
    const own = choice.written.trim();
    return own ? [...chosen, own] : chosen;
  });
  return answers.every((answer) => answer.length > 0) ? answers : null;
}
