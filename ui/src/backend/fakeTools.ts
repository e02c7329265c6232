import * as data from "./fakeData";
import type {
  DiffRow,
  LineRow,
  MessageView,
  PartBody,
  PartView,
  Section,
  SectionBody,
  SectionPlace,
  SectionRows,
  ToolDetail,
} from "./types";

type ToolBody = Extract<PartBody, { kind: "tool" }>;

/** How many lines the long output has. */
const LONG = 120_000;

const line = (number: number): LineRow => ({
  number,
  html:
    number % 7 === 0
      ? `<span class="t-green">ok</span> test ${number} of many`
      : `<span class="dim">   at step ${number}</span>`,
});

const lines = (from: number, to: number): LineRow[] => Array.from({ length: to - from }, (_, i) => line(from + i));

/** Further rows, as the core gives them. */
export function moreRows(_place: SectionPlace, from: number, to: number): SectionRows | null {
  return { kind: "lines", total: LONG, rows: lines(from, Math.min(to, LONG)) };
}

const section = (title: string, body: SectionBody, note = ""): Section => ({ number: 0, title, note, body });

const text = (title: string, html: string[], first: number | null = null, note = ""): Section =>
  section(
    title,
    {
      kind: "lines",
      total: html.length,
      first,
      live: false,
      rows: html.map((each, number) => ({ number, html: each })),
    },
    note,
  );

const row = (kind: DiffRow["kind"], old: number | null, now: number | null, html: string): DiffRow => ({
  number: 0,
  kind,
  old,
  new: now,
  html,
});

function diff(files: number): Section {
  const rows: DiffRow[] = [];
  for (let file = 0; file < files; file += 1) {
    if (files > 1) rows.push(row("file", null, null, `src/auth/${["refresh", "clock"][file]}.ts`));
    rows.push(
      row("gap", null, null, "11 unchanged lines"),
      row("kept", 12, 12, "export async function refresh(token: Token) {"),
      row("removed", 13, null, "  const now = <mark>Date</mark>.now();"),
      row("removed", 14, null, "  if (token.expires &lt; now) {"),
      row("added", null, 13, "  const now = <mark>clock</mark>.now();"),
      row("added", null, 14, "  if (token.expires<mark> + LEEWAY</mark> &lt; now) {"),
      row(
        "added",
        null,
        15,
        '    log.debug("the token has expired, and is asked for anew at the place it came from");',
      ),
      row("kept", 15, 16, "    return renew(token);"),
    );
    for (let i = 0; i < 15; i += 1) rows.push(row(i < 3 ? "kept" : "far", 16 + i, 17 + i, `  // line ${16 + i}`));
    rows.push(
      row("kept", 31, 32, "  return token;"),
      row("removed", 32, null, "}"),
      row("remark", null, null, "No newline at end of file"),
      row("added", null, 33, "}"),
    );
  }
  rows.forEach((each, number) => {
    each.number = number;
  });
  const file = (name: string) => ({ path: `src/auth/${name}.ts`, change: "changed" as const, added: 4, removed: 3 });
  return section("Changes", {
    kind: "diff",
    files: [file("refresh"), file("clock")].slice(0, files),
    total: rows.length,
    rows,
  });
}

const FAILED = [
  "",
  '<span class="bold on-red"> FAIL </span> src/auth/session.test.ts <span class="dim">(1.2 s)</span>',
  '  <span class="t-red">✗ renews a token that has expired</span>',
  '    expected <span class="t-green">&quot;fresh&quot;</span>, got <span class="t-red">&quot;stale&quot;</span>',
  '    <span class="t-bright-black">at src/auth/session.test.ts:41:18</span>',
  "",
  '<span class="bold">Tests:</span> <span class="t-red bold">1 failed</span>, <span class="t-green bold">41 passed</span>, <span class="t-yellow">2 skipped</span>',
  '<span class="t-orange">orange</span> <span class="t-lime">lime</span> <span class="t-teal">teal</span> <span class="t-cyan">cyan</span> <span class="t-azure">azure</span> <span class="t-blue">blue</span> <span class="t-violet">violet</span> <span class="t-magenta">magenta</span> <span class="t-rose">rose</span> <span class="t-white">white</span> <span class="t-black">black</span> <span class="t-bright-white">bright</span> <span class="inverse">inverse</span> <span class="t-blue on-yellow">blue on yellow</span> <span class="underline italic">words</span>',
];

const SECTIONS: Record<string, (body: ToolBody) => Section[]> = {
  bash: (body) => [
    section("Command", { kind: "command", text: body.summary }, "Runs the tests"),
    body.summary === "make all"
      ? section("Output", {
          kind: "lines",
          total: LONG,
          first: null,
          live: false,
          rows: [...lines(0, 200), ...lines(LONG - 200, LONG)],
        })
      : text("Output", FAILED),
  ],
  edit: () => [
    diff(1),
    section("Problems", {
      kind: "diagnostics",
      items: [
        { severity: "error", path: "src/auth/refresh.ts", line: 14, column: 23, message: "Cannot find name 'LEEWAY'." },
        { severity: "warning", path: "src/auth/refresh.ts", line: 2, column: 8, message: "'Token' is never used." },
      ],
      left_out: 0,
    }),
  ],
  apply_patch: () => [diff(2)],
  read: () => [
    text(
      "Text",
      [
        "import { clock } from &quot;./clock&quot;;",
        "",
        "export async function refresh() {",
        "\treturn clock.now();",
        "}",
      ],
      10,
    ),
  ],
  grep: () => [
    section("Matches", {
      kind: "tree",
      rows: [
        { number: 0, depth: 0, size: 5, kind: "folder", html: "src/auth/", line: null, count: 3 },
        { number: 1, depth: 1, size: 2, kind: "file", html: "refresh.ts", line: null, count: 2 },
        {
          number: 2,
          depth: 2,
          size: 0,
          kind: "line",
          html: "  const now = <mark>Date.now</mark>();",
          line: 13,
          count: null,
        },
        { number: 3, depth: 2, size: 0, kind: "line", html: "  log(<mark>Date.now</mark>());", line: 128, count: null },
        { number: 4, depth: 1, size: 1, kind: "file", html: "clock.ts", line: null, count: 1 },
        { number: 5, depth: 2, size: 0, kind: "line", html: "  return <mark>Date.now</mark>();", line: 4, count: null },
      ],
      left_out: 12,
    }),
  ],
  todowrite: () => [
    section("To do", {
      kind: "todos",
      items: [
        { text: "Find where tokens are refreshed", state: "completed", urgent: true },
        { text: "Take the time from the clock", state: "in_progress", urgent: true },
        { text: "Run the tests", state: "pending", urgent: false },
        { text: "Rewrite the module", state: "cancelled", urgent: false },
      ],
    }),
  ],
  task: (body) => [
    section("Subagent", {
      kind: "child",
      session: "ses_2",
      agent: "explore",
      state: body.state === "running" ? "working" : "done",
      line: "grep Date.now in src",
    }),
    text("Task", ["Find every place where a token is refreshed."]),
  ],
  webfetch: () => [
    section("Address", { kind: "link", url: "https://example.com/rfc6749?section=5" }),
    section("Page", {
      kind: "prose",
      blocks: data.blocks("<h1>Refreshing</h1>", "<p>A <strong>refresh token</strong> is asked for again.</p>"),
    }),
  ],
  question: () => [
    section("Questions", {
      kind: "answers",
      items: [
        {
          header: "Leeway",
          question: "How much leeway should a token have?",
          options: ["30 s", "60 s"],
          answers: ["60 s", "but log it"],
        },
        { header: "Log", question: "Where should it be logged?", options: ["Nowhere", "stderr"], answers: [] },
      ],
    }),
  ],
  issue_tracker_find: () => [
    section("Input", {
      kind: "json",
      rows: [
        { number: 0, depth: 0, size: 0, folded: false, key: "query", kind: "text", text: "token refresh" },
        { number: 1, depth: 0, size: 3, folded: false, key: "filter", kind: "group", text: "{ 2 }" },
        { number: 2, depth: 1, size: 0, folded: false, key: "open", kind: "word", text: "true" },
        { number: 3, depth: 1, size: 1, folded: true, key: "labels", kind: "group", text: "[ 1 ]" },
        { number: 4, depth: 2, size: 0, folded: false, key: null, kind: "text", text: "auth" },
      ],
      left_out: 0,
    }),
  ],
};

/** What a call shows when it is unfolded. */
export function detailOf(body: ToolBody): ToolDetail {
  const sections = SECTIONS[body.name]?.(body) ?? [text("Output", ["ok"])];
  if (body.error) sections.push(section("Error", { kind: "failure", text: body.error }));
  return { sections: sections.map((each, number) => ({ ...each, number })) };
}

/** A message with a call of each kind, all of them unfolded. */
export function toolsMessage(at: number): MessageView {
  const result = (words: string, bad = false) => ({ text: words, bad });
  const calls: PartView[] = [
    data.tool("t01", "bash", { summary: "npm test -- --run src/auth", result: result("exit 1", true) }),
    data.tool("t02", "bash", { summary: "make all" }),
    data.tool("t03", "read", { summary: "src/auth/refresh.ts", result: result("lines 10–14") }),
    data.tool("t04", "edit", { summary: "src/auth/refresh.ts", changed: [4, 3], result: result("1 error", true) }),
    data.tool("t05", "apply_patch", { summary: "src/auth/refresh.ts, src/auth/clock.ts", changed: [8, 6] }),
    data.tool("t06", "grep", { summary: "Date.now in src", result: result("15+ matches") }),
    data.tool("t07", "todowrite", { summary: "Take the time from the clock", result: result("2 of 4 done") }),
    data.tool("t08", "task", {
      summary: "Find the callers",
      child: "ses_2",
      doing: "grep Date.now in src",
      state: "running",
      ended: null,
    }),
    data.tool("t09", "webfetch", { summary: "example.com/rfc6749" }),
    data.tool("t10", "question", {
      summary: "How much leeway should a token have?",
      result: result("60 s, but log it"),
    }),
    data.tool("t11", "issue_tracker_find", { summary: "token refresh" }),
    data.tool("t12", "edit", {
      summary: "src/auth/nowhere.ts",
      state: "error",
      error: "File not found: src/auth/nowhere.ts",
    }),
  ];
  for (const { body } of calls) {
    if (body.kind === "tool") body.detail = detailOf(body);
  }
  return data.message("m99", "assistant", at, calls);
}
