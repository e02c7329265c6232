import { OVERVIEW } from "./fakeOverview";
import type {
  Block,
  Connection,
  DraftView,
  InstanceStatus,
  InstanceView,
  LogLine,
  MessageView,
  Notice,
  Outgoing,
  PartBody,
  PartView,
  PermissionView,
  QuestionView,
  ServerDetails,
  SessionRow,
  Snapshot,
  TranscriptView,
} from "./types";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.now();

export const BASE_SERVER: ServerDetails = {
  binary: "/home/ada/.local/bin/opencode",
  binary_source: "path",
  version: "1.18.33",
  pid: 48213,
  path: "/home/ada/.local/bin:/home/ada/.cargo/bin:/usr/local/bin:/usr/bin:/bin",
  path_source: "from the login shell /bin/zsh",
};

export function blocks(...html: string[]): Block[] {
  return html.map((text, number) => ({ number, html: text }));
}

export function text(id: string, ...html: string[]): PartView {
  return { id, body: { kind: "text", blocks: blocks(...html), open: false, gapped: false } };
}

export function tool(id: string, name: string, part: Partial<Extract<PartBody, { kind: "tool" }>>): PartView {
  const started = START - 3 * MINUTE;
  return {
    id,
    body: {
      kind: "tool",
      name,
      state: "completed",
      summary: "",
      error: null,
      started,
      ended: started + 3_100,
      changed: null,
      result: null,
      child: null,
      doing: null,
      interrupted: false,
      detail: null,
      ...part,
    },
  };
}

export function message(id: string, role: MessageView["role"], created: number, parts: PartView[]): MessageView {
  return {
    id,
    role,
    state: "complete",
    created,
    completed: created + 4_000,
    agent: "build",
    model: role === "assistant" ? "Claude Sonnet 4.5" : null,
    cost: 0,
    queued: false,
    outgoing: null,
    problem: null,
    parts,
  };
}

export function session(id: string, title: string, age: number, part: Partial<SessionRow> = {}): SessionRow {
  const at = START - age;
  return { id, parent: null, title, state: "idle", created: at, updated: at, waiting: 0, unseen: false, ...part };
}

export function view(
  status: InstanceStatus,
  connection: Connection,
  tabs: string[],
  part: Partial<InstanceView> = {},
): InstanceView {
  return {
    status,
    connection,
    tabs,
    focus: tabs[0] ? { kind: "session", id: tabs[0] } : { kind: "start" },
    branch: "main",
    waiting: 0,
    unseen: 0,
    server: BASE_SERVER,
    notices: [],
    auto_answers: { on: false, given: 0, revision: 0 },
    ...part,
  };
}

export function transcript(id: string, messages: MessageView[], part: Partial<TranscriptView> = {}): TranscriptView {
  return {
    session: id,
    loaded: true,
    messages,
    ...{ has_older: false, has_newer: false, before: 0, after: 0 },
    retry: null,
    problem: null,
    overview: OVERVIEW,
    find: null,
    ...part,
  };
}

export const SESSIONS: SessionRow[] = [
  session("ses_1", "Fix the login test", 2 * MINUTE, { state: "busy", waiting: 1 }),
  session("ses_2", "explore: where tokens are refreshed", 3 * MINUTE, { parent: "ses_1", state: "busy" }),
  session("ses_3", "Write tests for the importer", 50 * MINUTE, { state: "error", unseen: true }),
  session("ses_4", "Move the settings page to the new form components and keep the old links", 3 * HOUR),
  session("ses_5", "Why is the build slow on CI", DAY + HOUR),
  session("ses_6", "review: lockfile changes", DAY + HOUR, { parent: "ses_5" }),
  session("ses_7", "Upgrade to Node 24", DAY + 3 * HOUR),
  session("ses_8", "Sketch the billing webhooks", 4 * DAY),
  session("ses_9", "Rename accounts to workspaces", 12 * DAY),
  session("ses_10", "Initial scaffolding", 60 * DAY),
];

const CODE = `<div class="code"><div class="code-head"><span class="code-language">TypeScript</span><button type="button" class="code-wrap" aria-label="Wrap lines" aria-pressed="false">Wrap</button><button type="button" class="code-copy" aria-label="Copy code">Copy</button></div><pre><code class="language-ts"><span class="c-comment">// One clock for both.</span>
<span class="c-keyword">export async function</span> <span class="c-function">refresh</span>(<span class="c-variable">token</span><span class="c-operator">:</span> <span class="c-type">Token</span>)<span class="c-operator">:</span> <span class="c-type">Promise</span>&lt;<span class="c-type">Token</span>&gt; {
  <span class="c-keyword">if</span> (token.expiresAt <span class="c-operator">-</span> clock.<span class="c-function">now</span>() <span class="c-operator">&gt;</span> <span class="c-constant">LEEWAY_MS</span>) <span class="c-keyword">return</span> token;
  <span class="c-keyword">const</span> next <span class="c-operator">=</span> <span class="c-keyword">await</span> api.<span class="c-function">post</span>(<span class="c-string">"/oauth/token"</span>, { refresh<span class="c-operator">:</span> token.refresh });
  <span class="c-keyword">return</span> { <span class="c-operator">...</span>next, expiresAt<span class="c-operator">:</span> clock.<span class="c-function">now</span>() <span class="c-operator">+</span> next.expires_in <span class="c-operator">*</span> <span class="c-number">1000</span> };
}
</code></pre></div>`;

const TABLE = `<div class="table-scroll"><table><thead><tr><th>test</th><th class="align-right">before</th><th class="align-right">after</th></tr></thead><tbody>
<tr><td><code>login.test.ts</code></td><td class="align-right">133 of 200</td><td class="align-right">200 of 200</td></tr>
<tr><td><code>session.test.ts</code></td><td class="align-right">200 of 200</td><td class="align-right">200 of 200</td></tr></tbody></table></div>`;

const TASKS = `<ul><li><input type="checkbox" disabled="" checked="">Reproduced</li><li><input type="checkbox" disabled="">Fixed</li></ul>`;

const REST = [
  '<p>The graph<sup class="footnote-reference">1</sup> is in <a class="image" href="https://example.com/runs.png" rel="noreferrer">runs</a>, see also <span class="image">pixel</span>, <span class="unlinked">a link to nowhere</span> and a <span class="control">U+202E</span>.</p>',
  '<div class="footnote"><sup>1</sup> <p>Of the last two hundred runs.</p></div>',
  '<p class="raw-html">&lt;div&gt;left as it is&lt;/div&gt;</p>',
];

export function richMessages(): MessageView[] {
  const at = START - 6 * MINUTE;
  const thought: PartView = {
    id: "p10",
    body: {
      kind: "reasoning",
      blocks: blocks("<p>The test uses the real clock in one place and the fake one in another.</p>"),
      open: false,
      gapped: false,
      started: at + 12_000,
      ended: at + 19_400,
    },
  };
  const failed = message("m05", "assistant", at + 90_000, [
    text("p50", "<p>Next I look at how the client stores it.</p>"),
  ]);
  failed.state = "error";
  failed.problem = {
    code: "model_rate_limited",
    message: "The model's service refused the request: too many requests. Write again in a moment.",
    detail: '429 {"error":{"type":"rate_limit_error","message":"Number of requests has exceeded your limit"}}',
  };
  const queued = message("m08", "user", START - 20_000, [text("p80", "<p>Then update the changelog as well.</p>")]);
  queued.queued = true;
  const running = message("m07", "assistant", at + 150_000, [
    text("p70", "<p>I will ask a subagent where else tokens are refreshed, and run the tests meanwhile.</p>"),
    tool("p71", "task", {
      state: "running",
      summary: "explore: where tokens are refreshed",
      child: "ses_2",
      started: START - 42_000,
      ended: null,
    }),
    tool("p72", "bash", {
      state: "running",
      summary: "npm test -- --run src/auth",
      started: START - 9_000,
      ended: null,
    }),
  ]);
  running.state = "streaming";
  running.completed = null;
  return [
    message("m01", "user", at, [
      text("p01", "<p>Why does the login test fail now and then? It is <code>src/auth/login.test.ts</code>.</p>"),
      {
        id: "p02",
        body: { kind: "file", file: { name: "login.test.ts", mime: "text/plain", size: null, picture: false } },
      },
      {
        id: "p03",
        body: { kind: "file", file: { name: "ci-run-4812.log", mime: "text/plain", size: 48_120, picture: false } },
      },
      {
        id: "p04",
        body: { kind: "file", file: { name: "failure.png", mime: "image/png", size: 9_300, picture: true } },
      },
    ]),
    message("m02", "assistant", at + 10_000, [
      thought,
      tool("p11", "read", { summary: "src/auth/login.test.ts", ended: START - 3 * MINUTE + 40 }),
      tool("p12", "grep", { summary: "Date.now in src/auth", ended: START - 3 * MINUTE + 210 }),
    ]),
    message("m03", "assistant", at + 20_000, [
      text(
        "p30",
        "<p>The token's expiry is computed with <code>Date.now()</code>, while the test moves its own clock. On a slow machine the two drift apart, and <strong>the token counts as expired</strong> before the assertion runs.</p>",
        "<h3>What I would change</h3>",
        '<ul><li>take the time from <code>clock.now()</code> in <code>refresh</code></li><li>leave the leeway as it is; see <a href="https://example.com/rfc6749">RFC 6749</a></li></ul>',
        CODE,
        TABLE,
        "<hr>",
        TASKS,
        ...REST,
      ),
      tool("p31", "edit", {
        summary: "src/auth/refresh.ts",
        changed: [4, 2],
        ended: START - 3 * MINUTE + 120,
      }),
      tool("p32", "bash", {
        state: "error",
        summary: "npm test -- --run src/auth",
        error: "exit code 1: 1 test failed in src/auth/session.test.ts",
        ended: START - 3 * MINUTE + 12_700,
      }),
      {
        id: "p33",
        body: {
          kind: "notice",
          notice: "patch",
          text: "2 files changed",
          detail: "src/auth/refresh.ts\nsrc/auth/clock.ts",
        },
      },
    ]),
    message("m04", "user", at + 80_000, [text("p40", "<p>Good. Check the other callers, please.</p>")]),
    failed,
    message("m06", "user", at + 140_000, [text("p60", "<p>Try again.</p>")]),
    running,
    queued,
  ];
}

export const DIFF: PermissionView["diff"] = {
  kind: "diff",
  files: [{ path: "src/auth/refresh.ts", change: "changed", added: 1, removed: 1 }],
  total: 4,
  rows: [
    { number: 0, kind: "kept", old: 12, new: 12, html: "export async function refresh(token: Token) {" },
    { number: 1, kind: "removed", old: 13, new: null, html: "  const now = <mark>Date</mark>.now();" },
    { number: 2, kind: "added", old: null, new: 13, html: "  const now = <mark>clock</mark>.now();" },
    { number: 3, kind: "kept", old: 14, new: 14, html: "  return token;" },
  ],
};

export const PERMISSION: PermissionView = {
  id: "per_1",
  session: "ses_2",
  path: [
    { id: "ses_1", title: "Fix the login test" },
    { id: "ses_2", title: "explore: where tokens are refreshed" },
  ],
  asked: START - 95_000,
  kind: "bash",
  title: "Run a command",
  detail: "git log --oneline -20 -- src/auth | cat",
  diff: null,
  pattern: "git log --oneline -20 -- src/auth",
  always: ["git log *"],
  part: null,
};

export const EDIT_PERMISSION: PermissionView = {
  id: "per_2",
  session: "ses_21",
  path: [{ id: "ses_21", title: "Import customers" }],
  asked: START - 12 * MINUTE,
  kind: "edit",
  title: "Change src/auth/refresh.ts",
  detail: null,
  diff: DIFF,
  pattern: "src/auth/refresh.ts",
  always: ["*"],
  part: null,
};

export const QUESTION: QuestionView = {
  id: "que_1",
  session: "ses_21",
  path: [{ id: "ses_21", title: "Import customers" }],
  asked: START - 40_000,
  questions: [
    {
      header: "Database",
      question: "Which database should the importer write to?",
      options: [
        { label: "PostgreSQL", description: "The one the API uses already" },
        { label: "SQLite", description: "A file beside the import, nothing to set up" },
      ],
      multiple: false,
      custom: true,
    },
    {
      header: "Formats",
      question: "Which formats should it read?",
      options: [
        { label: "CSV", description: "" },
        { label: "JSON lines", description: "" },
        { label: "Parquet", description: "Needs another dependency" },
      ],
      multiple: true,
      custom: true,
    },
  ],
};

export function logLines(): LogLine[] {
  const lines: [LogLine["stream"], string][] = [
    ["outrider", "started /home/ada/.local/bin/opencode serve, process 48213"],
    ["stdout", "opencode server listening on loopback"],
    ["stderr", "INFO  service=default version=1.18.33 opencode"],
    ["stderr", "INFO  service=project directory=/home/ada/code/api-server fromDirectory"],
    ["stderr", "WARN  service=lsp typescript-language-server took 4.2 s to start"],
    ["outrider", "connected to the event stream"],
  ];
  return Array.from({ length: 60 }, (_, number) => {
    const [stream, words] = lines[Math.min(number, lines.length - 1)] ?? ["stdout", ""];
    return number < lines.length
      ? { number, at: START - HOUR + number * 700, stream, text: words }
      : {
          number,
          at: START - HOUR + number * 9_000,
          stream: "stderr",
          text: `INFO  service=bus type=message.part.updated publishing ${number}`,
        };
  });
}

export function snapshotOf(instance: string, part: Partial<Snapshot> & Pick<Snapshot, "view">): Snapshot {
  return {
    instance,
    feed: 1,
    revision: 0,
    sessions: [],
    permissions: [],
    questions: [],
    transcript: null,
    outgoing: [],
    log: null,
    ...part,
  };
}

export function longMessages(count: number): MessageView[] {
  return Array.from({ length: count }, (_, i) => {
    const at = START - DAY + i * MINUTE;
    const id = `m${String(i).padStart(5, "0")}`;
    return i % 2 === 0
      ? message(id, "user", at, [text(`${id}a`, `<p>Step ${i}: what comes next?</p>`)])
      : message(id, "assistant", at, [
          text(
            `${id}a`,
            `<p>Here is step ${i}. ${"It takes a few words to say what it does. ".repeat(1 + (i % 7))}</p>`,
          ),
          tool(`${id}b`, "bash", { summary: `make step-${i}`, started: at, ended: at + 900 }),
        ]);
  });
}

export const CRASH_NOTICE: Notice = {
  number: 1,
  session: null,
  problem: {
    code: "server_restarting",
    message: "OpenCode ended by signal 9 (KILL). Starting it again…",
    detail: "opencode server listening on [address]\nerror: out of memory",
  },
};

export const NOTICES: Notice[] = [
  {
    number: 1,
    session: null,
    problem: {
      code: "server_restarted",
      message: "OpenCode ended by signal 9 (KILL) and was started again. What it was doing then was interrupted.",
      detail: CRASH_NOTICE.problem.detail,
    },
  },
  {
    number: 2,
    session: "ses_1",
    problem: {
      code: "permission_answered_elsewhere",
      message: "A permission was answered by another program, not by you: bash “rm -rf build” was allowed once.",
      detail: "rm -rf build",
    },
  },
];
/** What was typed and not sent. */
export const DRAFTS: DraftView[] = [{ session: "ses_1", text: "And then " }];

const CONNECTION_LOST = {
  code: "connection_lost",
  message: "The connection to the server broke.",
  detail: "connection reset by peer",
};

function outgoing(id: string, words: string, state: Outgoing): MessageView {
  return { ...message(id, "user", START + 60_000, [text(`${id}p`, `<p>${words}</p>`)]), outgoing: state };
}

/** Prompts that the server does not have yet, in each of their states. */
export function addOutgoing(transcript: TranscriptView): void {
  transcript.messages.push(
    outgoing("o1", "Run the tests once more, please.", { state: "failed", problem: CONNECTION_LOST }),
    outgoing("o2", "Then commit.", { state: "unconfirmed" }),
    outgoing("o3", "And write a line for the changelog.", { state: "sending" }),
    outgoing("o4", "At last push it.", { state: "waiting" }),
  );
}

/** First prompts that wait for the connection. */
export function addBeginning(snapshot: Snapshot): void {
  snapshot.view = view({ status: "starting" }, { state: "connecting" }, []);
  snapshot.sessions = [];
  snapshot.outgoing.push(
    outgoing("o1", "What does this project do?", { state: "waiting" }),
    outgoing("o2", "And how is it tested?", { state: "waiting" }),
  );
}
