import type { AutoAnswer, AutoAnswersStatus, AutoAnswersView, Rule } from "./types";

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
export class FakeRules {
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
