import type { Backend } from "./backend";
import type { AutoAnswer, AutoAnswersStatus, AutoAnswersView, Patch, Rule, Snapshot } from "./types";

const rule = (kind: string, pattern: string, answer: Rule["answer"], reason: string | null = null): Rule => ({
  kind,
  pattern,
  answer,
  reason,
});

const GIT = rule("bash", "git log *", "allow");
const ENV = rule("*", "*.env*", "deny", "Secrets are not for you; ask me for what you need.");
const SESSION = { id: "ses_2", title: "explore: where tokens are refreshed" };

function answers(now: number): AutoAnswer[] {
  const of = (number: number, text: string | null, title: string, by: Rule): AutoAnswer => ({
    number,
    at: now - (5 - number) * 70_000,
    session: SESSION,
    title,
    text,
    answer: by.answer,
    rules: [by],
    failed: null,
  });
  return [
    {
      ...of(4, "git log --stat -3", "Run a command", GIT),
      failed: "OpenCode did not answer within 15 s.",
    },
    of(
      3,
      "git log --oneline -20 -- src/auth src/tokens src/session src/middleware && git log -1",
      "Run a command",
      GIT,
    ),
    of(2, "/home/ada/code/api-server/.env", "Read .env", ENV),
    of(1, null, "Change src/auth/refresh.ts", rule("edit", "src/*", "allow")),
  ];
}

/** The made-up rules of one folder. */
class FakeRules {
  private rules: AutoAnswersView["rules"] = [];
  private log: AutoAnswer[] = [];
  private last = 0;
  readonly status: AutoAnswersStatus = { on: false, given: 0, revision: 0 };

  constructor(filled: boolean) {
    if (!filled) return;
    for (const each of [GIT, rule("edit", "src/*", "allow"), ENV, rule("bash", "*", "allow")]) this.put(null, each);
    this.log = answers(Date.now());
    this.status.given = 3;
    this.status.on = true;
  }

  view(waiting: number): AutoAnswersView {
    return structuredClone({ on: this.status.on, rules: this.rules, log: this.log, waiting });
  }

  switch(on: boolean): void {
    this.status.on = on;
    this.status.revision += 1;
  }

  put(id: number | null, next: Rule): void {
    if (this.rules.some((row) => row.id !== id && row.rule.kind === next.kind && row.rule.pattern === next.pattern)) {
      throw { code: "rule_invalid", message: "There is such a rule already.", detail: null };
    }
    const known = this.rules.find((row) => row.id === id);
    this.last += known ? 0 : 1;
    if (known) known.rule = next;
    else this.rules.push({ id: this.last, rule: next });
    this.status.revision += 1;
  }

  delete(id: number): void {
    this.rules = this.rules.filter((row) => row.id !== id);
    this.status.revision += 1;
  }

  answered(title: string, text: string | null): void {
    const by = this.rules[0]?.rule ?? GIT;
    const number = this.log.length + 1;
    this.log.unshift({
      number,
      at: Date.now(),
      session: SESSION,
      title,
      text,
      answer: "allow",
      rules: [by],
      failed: null,
    });
    this.status.given += 1;
    this.status.revision += 1;
  }
}

type RuleCalls = Pick<Backend, "autoAnswers" | "switchAutoAnswers" | "putRule" | "deleteRule" | "applyRules">;

/** The calls about automatic answers. The rules, when there are any, match every request. */
export function ruleCalls(
  fake: {
    held: (id: string) => Snapshot;
    emit: (id: string, patches: Patch[]) => void;
    answered: (id: string, request: string) => void;
  },
  wait: <T>(value: () => T) => Promise<T>,
  scene: string,
): RuleCalls {
  const folders = new Map<string, FakeRules>();
  const of = (id: string): FakeRules => {
    const rules = folders.get(id) ?? new FakeRules(scene === "rules" && id === "ins_1");
    folders.set(id, rules);
    return rules;
  };
  const waiting = (id: string): number =>
    of(id).status.on && of(id).view(0).rules.length > 0 ? fake.held(id).permissions.length : 0;
  const change = (id: string, act: (rules: FakeRules) => void): void => {
    act(of(id));
    const { view } = fake.held(id);
    view.auto_answers = { ...of(id).status };
    fake.emit(id, [{ op: "instance_updated", view: structuredClone(view) }]);
  };
  if (scene === "rules") fake.held("ins_1").view.auto_answers = { ...of("ins_1").status };
  return {
    autoAnswers: (id) => wait(() => of(id).view(waiting(id))),
    switchAutoAnswers: (id, on) => wait(() => change(id, (rules) => rules.switch(on))),
    putRule: (id, number, next) => wait(() => change(id, (rules) => rules.put(number, next))),
    deleteRule: (id, number) => wait(() => change(id, (rules) => rules.delete(number))),
    applyRules: (id) =>
      wait(() => {
        const all = fake.held(id).permissions;
        change(id, (rules) => {
          for (const asked of all) rules.answered(asked.title, asked.detail);
        });
        for (const asked of all) fake.answered(id, asked.id);
        return all.length;
      }),
  };
}
