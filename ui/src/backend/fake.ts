import type { Backend } from "./backend";
import * as data from "./fakeData";
import { FakeEvents } from "./fakeEvents";
import { FakeFinding } from "./fakeFind";
import { DIAGRAM, PICTURE } from "./fakePictures";
import { ruleCalls } from "./fakeRules";
import { serverProblem, setScene } from "./fakeScenes";
import { detailOf, moreRows } from "./fakeTools";
import type { Announcement, AppView, Focus, FolderRow, MessageView, Patch, Snapshot, TranscriptView } from "./types";

/** How long a made-up call takes, in milliseconds. */
const CALL_MS = 30;
const PAGE = 40;

const folder = (name: string, hint = ""): FolderRow => ({
  path: `/home/ada/code/${hint ? `${hint}/` : ""}${name}`,
  name,
  hint,
  display_path: `~/code/${hint ? `${hint}/` : ""}${name}`,
});

function settings(): AppView["settings"] {
  return {
    opencode_path: null,
    ready_timeout_ms: 60_000,
    reconnect_base_ms: 1_000,
    reconnect_attempts: 5,
    silence_limit_ms: 25000,
    restart_delay_ms: 1000,
    confirm_limit_ms: 15000,
    request_limit_ms: 15000,
    enter_sends: true,
  };
}

/**
 * A made-up app, to look at the window in a browser: `npm run ui:dev -- --mode fake`, then `/?scene=…` with one of
 * full, start, empty, error, starting, restarting, disconnected, requests, notices, long, logs, events, events-empty,
 * problem, quit, outgoing, beginning, rules.
 */
export function createFakeBackend(search = ""): Backend {
  const scene = new URLSearchParams(search).get("scene") ?? "full";
  const fake = new FakeApp(scene);
  const wait = <T>(value: () => T): Promise<T> =>
    new Promise((resolve, reject) =>
      setTimeout(() => {
        try {
          resolve(value());
        } catch (failure) {
          reject(failure);
        }
      }, CALL_MS),
    );
  return {
    attach: () => wait(() => fake.app),
    pickFolder: () => wait(() => fake.open(folder("new-project"))),
    openFolder: (path) => wait(() => fake.open(folder(path.split("/").at(-1) ?? path))),
    closeInstance: (id) => wait(() => fake.close(id)),
    selectInstance: (id) => wait(() => fake.select(id)),
    watch: (id) => wait(() => fake.snapshot(id)),
    look: (id, focus) => wait(() => fake.look(id, focus)),
    closeTab: (id, session) => wait(() => fake.closeTab(id, session)),
    ack: () => wait(() => undefined),
    fetchBatch: () => wait(() => null),
    loadOlder: (id) => wait(() => fake.loadOlder(id)),
    loadNewer: () => wait(() => undefined),
    loadAt: () => wait(() => undefined),
    jumpToLatest: () => wait(() => undefined),
    find: (id, _feed, query) => wait(() => fake.finding.find(id, query)),
    findStep: (id, _feed, forward) => wait(() => fake.finding.step(id, forward)),
    showMessage: (id, _feed, message) => wait(() => fake.finding.isHeld(id, message)),
    prompts: (id) => wait(() => fake.finding.prompts(id)),
    expand: (id, _feed, message, part, expanded) => wait(() => fake.expand(id, message, part, expanded)),
    sectionRows: (_id, _feed, place, from, to) => wait(() => moreRows(place, from, to)),
    requestRows: (_id, _request, from, to) => wait(() => moreRows({ message: "", part: "", section: 0 }, from, to)),
    messageText: () => wait(() => "copied"),
    sectionText: () => wait(() => "copied"),
    newSession: (id) => wait(() => fake.newSession(id)),
    sendPrompt: (id, session, text) => wait(() => fake.send(id, session, text)),
    retryPrompt: () => wait(() => undefined),
    takeBackPrompt: (id, message) => wait(() => fake.takeBack(id, message)),
    discardPrompt: (id, message) => wait(() => fake.emit(id, [{ op: "message_removed", id: message }])),
    drafts: (id) => wait(() => (id === "ins_1" ? data.DRAFTS : [])),
    saveDraft: () => wait(() => undefined),
    stopSession: (id, session) => wait(() => fake.stop(id, session)),
    deleteSession: (id, session) => wait(() => fake.delete(id, session)),
    dismissNotice: (id, number) => wait(() => fake.dismissNotice(id, number)),
    replyPermission: (id, request) => wait(() => fake.answered(id, request)),
    replyQuestion: (id, request) => wait(() => fake.answered(id, request)),
    rejectQuestion: (id, request) => wait(() => fake.answered(id, request)),
    ...ruleCalls(fake, wait, scene),
    readEvents: (_, query) => wait(() => fake.events.page(query)),
    readEvent: (_, number) => wait(() => fake.events.detail(number)),
    saveRecording: () => wait(() => ({ file: "api-server.sse", events: 300, missing: 0 })),
    restartInstance: (id) => wait(() => fake.restart(id)),
    retryConnection: (id) => wait(() => fake.reconnect(id)),
    updateSettings: (next) => wait(() => fake.change({ settings: next })),
    dismissProblem: (code) =>
      wait(() => fake.change({ problems: fake.app.problems.filter((problem) => problem.code !== code) })),
    existingFiles: (_, paths) => wait(() => paths.map((path) => path.startsWith("src/"))),
    openFile: () => wait(() => undefined),
    openLink: () => wait(() => undefined),
    pictureAddress: () => PICTURE,
    drawDiagram: () => wait(() => DIAGRAM),
    reportError: (message) => wait(() => fake.reported.push(message)).then(() => undefined),
    onApp: async (handler) => fake.subscribe(fake.appHandlers, handler),
    onFeed: async (handler) => fake.subscribe(fake.feedHandlers, handler),
    quitShown: () => wait(() => undefined),
    answerQuit: () => wait(() => undefined),
    onQuit: async (handler) => {
      if (scene === "quit") setTimeout(() => handler(2), CALL_MS);
      return () => undefined;
    },
    onDrag: async (handler) => {
      if (scene === "drop") setTimeout(() => handler(true), CALL_MS);
      return () => undefined;
    },
  };
}

class FakeApp {
  app: AppView;
  readonly appHandlers = new Set<(view: AppView) => void>();
  readonly feedHandlers = new Set<(announcement: Announcement) => void>();
  readonly reported: string[] = [];
  readonly events: FakeEvents;
  readonly finding = new FakeFinding(
    (id) => this.shown(id),
    (id, patches) => this.emit(id, patches),
  );
  private readonly instances = new Map<string, Snapshot>();
  private readonly transcripts = new Map<string, TranscriptView>();
  private feeds = 1;
  private count = 0;
  private readonly streams = new Map<string, ReturnType<typeof setInterval>>();

  constructor(scene: string) {
    this.events = scene === "events-empty" ? new FakeEvents(0, 0) : new FakeEvents(300, scene === "events" ? 9 : 0);
    const recent = [folder("dotfiles"), folder("landing-page"), folder("api-server", "archive"), folder("notes")];
    this.app = { revision: 1, instances: [], active: null, recent, settings: settings(), problems: [] };
    if (scene === "start" || scene === "drop") return;
    if (scene === "problem") {
      this.app.problems = [
        { code: "folder_missing", message: "The folder ~/code/old-site is no longer there.", detail: null },
      ];
    }
    const rows: [string, FolderRow][] = [
      ["ins_1", folder("api-server")],
      ["ins_2", folder("web-app")],
      ["ins_3", folder("infra", "work")],
      ["ins_4", folder("infra", "home")],
    ];
    this.app.instances = rows.map(([id, row]) => ({ id, folder: row }));
    this.app.active = scene === "requests" ? "ins_2" : "ins_1";
    this.fill(scene);
  }

  private fill(scene: string): void {
    const ready = { status: "ready" } as const;
    const connected = { state: "connected" } as const;
    const problem = serverProblem(scene);
    const first = data.snapshotOf("ins_1", {
      view: data.view(ready, connected, ["ses_1", "ses_2", "ses_3"], {
        branch: "fix/login-test",
        waiting: 1,
        unseen: 1,
      }),
      sessions: data.SESSIONS,
      permissions: [data.PERMISSION],
    });
    this.transcripts.set("ses_1", data.transcript("ses_1", data.richMessages()));
    this.transcripts.set("ses_3", data.transcript("ses_3", data.longMessages(400).slice(-PAGE), { has_older: true }));
    setScene(scene, first, this.transcriptOf("ses_1"));
    this.instances.set("ins_1", first);
    this.instances.set(
      "ins_2",
      data.snapshotOf("ins_2", {
        view: data.view(ready, connected, ["ses_21"], { waiting: 2, branch: "main" }),
        sessions: [data.session("ses_21", "Import customers", 4 * 60_000, { state: "busy", waiting: 2 })],
        permissions: [data.EDIT_PERMISSION],
        questions: [data.QUESTION],
      }),
    );
    this.transcripts.set("ses_21", data.transcript("ses_21", data.longMessages(12)));
    this.instances.set(
      "ins_3",
      data.snapshotOf("ins_3", {
        view: data.view({ status: "error", problem }, { state: "disconnected", problem: null }, []),
      }),
    );
    this.instances.set(
      "ins_4",
      data.snapshotOf("ins_4", {
        view: data.view({ status: "stopped" }, { state: "disconnected", problem: null }, []),
      }),
    );
  }

  subscribe<T>(handlers: Set<T>, handler: T): () => void {
    handlers.add(handler);
    return () => handlers.delete(handler);
  }

  change(part: Partial<AppView>): void {
    this.app = structuredClone({ ...this.app, ...part, revision: this.app.revision + 1 });
    for (const handler of this.appHandlers) handler(structuredClone(this.app));
  }

  open(row: FolderRow): void {
    const known = this.app.instances.find((instance) => instance.folder.path === row.path);
    if (known) {
      this.change({ active: known.id });
      return;
    }
    this.count += 1;
    const id = `ins_new_${this.count}`;
    const view = data.view({ status: "starting" }, { state: "connecting" }, []);
    this.instances.set(id, data.snapshotOf(id, { view }));
    this.change({ instances: [...this.app.instances, { id, folder: row }], active: id });
    setTimeout(() => this.restart(id), 1_500);
  }

  close(id: string): void {
    const left = this.app.instances.filter((row) => row.id !== id);
    this.change({ instances: left, active: this.app.active === id ? (left[0]?.id ?? null) : this.app.active });
  }

  select(id: string | null): void {
    this.change({ active: id });
  }

  held(id: string): Snapshot {
    const held = this.instances.get(id);
    if (!held) throw { code: "no_instance", message: "This folder is no longer open.", detail: null };
    return held;
  }

  private transcriptOf(session: string): TranscriptView {
    let known = this.transcripts.get(session);
    if (!known) {
      known = data.transcript(session, []);
      this.transcripts.set(session, known);
    }
    return known;
  }

  snapshot(id: string): Snapshot {
    const held = this.held(id);
    const { focus } = held.view;
    this.feeds += 1;
    held.feed = this.feeds;
    held.revision = 0;
    const shown = focus.kind === "session" ? this.transcriptOf(focus.id) : null;
    return structuredClone({ ...held, transcript: shown, log: focus.kind === "logs" ? data.logLines() : null });
  }

  look(id: string, focus: Focus): Snapshot {
    const { view } = this.held(id);
    view.focus = focus;
    if (focus.kind === "session" && !view.tabs.includes(focus.id)) view.tabs.push(focus.id);
    return this.snapshot(id);
  }

  closeTab(id: string, session: string): void {
    const { view } = this.held(id);
    view.tabs = view.tabs.filter((tab) => tab !== session);
    const next = view.tabs[0];
    if (view.focus.kind === "session" && view.focus.id === session) {
      view.focus = next ? { kind: "session", id: next } : { kind: "start" };
    }
    this.feeds += 1;
    this.announce({ instance: id, feed: this.feeds, revision: 1, batch: null });
  }

  private announce(announcement: Announcement): void {
    for (const handler of this.feedHandlers) handler(structuredClone(announcement));
  }

  emit(id: string, patches: Patch[]): void {
    const held = this.held(id);
    held.revision += 1;
    const { feed, revision } = held;
    this.announce({ instance: id, feed, revision, batch: { instance: id, feed, revision, patches } });
  }

  loadOlder(id: string): void {
    const { focus } = this.held(id).view;
    if (focus.kind !== "session") return;
    const shown = this.transcriptOf(focus.id);
    const all = data.longMessages(400);
    const older = all.slice(0, 400 - shown.messages.length).slice(-PAGE);
    shown.messages = [...older, ...shown.messages];
    shown.has_older = shown.messages.length < all.length;
    this.emit(id, [
      ...older.flatMap((message) => this.messagePatches(message)),
      {
        op: "transcript_updated",
        loaded: true,
        has_older: shown.has_older,
        has_newer: false,
        before: 0,
        after: 0,
        retry: null,
        problem: null,
      },
    ]);
  }

  private shown(id: string): TranscriptView | null {
    const { focus } = this.held(id).view;
    return focus.kind === "session" ? this.transcriptOf(focus.id) : null;
  }

  private messagePatches(message: MessageView): Patch[] {
    return [
      { op: "message_upserted", message: { ...message, parts: [] } },
      ...message.parts.map((part): Patch => ({ op: "part_upserted", message: message.id, part })),
    ];
  }

  expand(id: string, message: string, part: string, expanded: boolean): void {
    const { focus } = this.held(id).view;
    if (focus.kind !== "session") return;
    const shown = this.transcriptOf(focus.id).messages.find((known) => known.id === message);
    const known = shown?.parts.find((each) => each.id === part);
    if (known?.body.kind !== "tool") return;
    known.body.detail = expanded ? detailOf(known.body) : null;
    this.emit(id, [{ op: "part_upserted", message, part: known }]);
  }

  takeBack(id: string, message: string) {
    this.emit(id, [{ op: "message_removed", id: message }]);
    const { focus } = this.held(id).view;
    return { session: focus.kind === "session" ? focus.id : null, text: "It was taken back." };
  }

  newSession(id: string): Snapshot {
    this.count += 1;
    const session = data.session(`ses_new_${this.count}`, "New session", 0);
    this.held(id).sessions.push(session);
    return this.look(id, { kind: "session", id: session.id });
  }

  send(id: string, session: string | null, text: string): string {
    const to = session ?? this.newSession(id).sessions.at(-1)?.id ?? "";
    const row = this.held(id).sessions.find((known) => known.id === to);
    const shown = this.transcriptOf(to);
    this.count += 1;
    const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
    const prompt = data.message(`n${this.count}u`, "user", Date.now(), [
      data.text(`n${this.count}p`, `<p>${escaped}</p>`),
    ]);
    const answer = data.message(`n${this.count}v`, "assistant", Date.now() + 1, []);
    answer.state = "streaming";
    shown.messages.push(prompt, answer);
    if (row) row.state = "busy";
    const start: Patch[] = [...this.messagePatches(prompt), ...this.messagePatches(answer)];
    if (row) start.push({ op: "session_upserted", session: { ...row } });
    this.emit(id, start);
    setTimeout(() => this.stream(id, to, answer), 300);
    return to;
  }

  private stream(id: string, session: string, answer: MessageView): void {
    const words = "This answer is made up, word by word, to show how a window follows what is being written. "
      .repeat(6)
      .split(" ");
    const part = data.text(`${answer.id}t`, "");
    answer.parts.push(part);
    this.emit(id, [{ op: "part_upserted", message: answer.id, part: structuredClone(part) }]);
    let at = 0;
    const timer = setInterval(() => {
      at += 2;
      const block = Math.floor((at - 2) / 40);
      const html = `<p>${words.slice(block * 40, at).join(" ")}</p>`;
      if (part.body.kind === "text") part.body.blocks[block] = { number: block, html };
      this.emit(id, [
        {
          op: "blocks_replaced",
          message: answer.id,
          part: part.id,
          count: block + 1,
          blocks: [{ number: block, html }],
        },
      ]);
      if (at >= words.length) this.stop(id, session);
    }, 40);
    this.streams.set(session, timer);
  }

  stop(id: string, session: string): void {
    clearInterval(this.streams.get(session));
    const row = this.held(id).sessions.find((known) => known.id === session);
    const patches: Patch[] = [];
    for (const message of this.transcriptOf(session).messages) {
      if (message.state !== "streaming") continue;
      message.state = "complete";
      patches.push({ op: "message_upserted", message: { ...message, parts: [] } });
    }
    if (row) {
      row.state = "idle";
      patches.push({ op: "session_upserted", session: { ...row } });
    }
    this.emit(id, patches);
  }

  delete(id: string, session: string): void {
    const held = this.held(id);
    const gone = held.sessions.filter((row) => row.id === session || row.parent === session).map((row) => row.id);
    if (gone.length === 0) throw { code: "session_gone", message: "This session no longer exists.", detail: null };
    held.sessions = held.sessions.filter((row) => !gone.includes(row.id));
    this.emit(
      id,
      gone.map((row): Patch => ({ op: "session_removed", id: row })),
    );
    for (const row of gone) this.closeTab(id, row);
  }

  answered(id: string, request: string): void {
    const held = this.held(id);
    held.permissions = held.permissions.filter((known) => known.id !== request);
    held.questions = held.questions.filter((known) => known.id !== request);
    held.view.waiting = held.permissions.length + held.questions.length;
    this.emit(id, [
      { op: "permission_removed", id: request },
      { op: "question_removed", id: request },
      { op: "instance_updated", view: structuredClone(held.view) },
    ]);
  }

  dismissNotice(id: string, number: number): void {
    const { view } = this.held(id);
    view.notices = view.notices.filter((notice) => notice.number !== number);
    this.emit(id, [{ op: "instance_updated", view: structuredClone(view) }]);
  }

  restart(id: string): void {
    const { view } = this.held(id);
    view.status = { status: "ready" };
    this.reconnect(id);
  }

  reconnect(id: string): void {
    const { view } = this.held(id);
    view.connection = { state: "connected" };
    this.emit(id, [{ op: "instance_updated", view: structuredClone(view) }]);
  }
}
