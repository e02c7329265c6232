import SettingsIcon from "lucide-solid/icons/settings";
import { createEffect, createMemo, createSignal, ErrorBoundary, For, onCleanup, onMount, Show } from "solid-js";
import { type Backend, problemOf } from "../backend/backend";
import { BackendContext } from "../backend/context";
import type { Rule } from "../backend/types";
import { focusComposer } from "../features/composer/Composer";
import { createDrafts } from "../features/composer/drafts";
import { keepDrafts } from "../features/composer/keep";
import type { Reading } from "../features/conversation/scroll";
import { Diff } from "../features/conversation/tool/Diff";
import { InstanceTabs, type TabState } from "../features/instances/InstanceTabs";
import { QuitDialog } from "../features/quitting/QuitDialog";
import { Inbox } from "../features/requests/Inbox";
import { entriesOf } from "../features/requests/inbox";
import { type OpenRules, RulesContext } from "../features/requests/opening";
import { RulesDialog } from "../features/requests/rules/RulesDialog";
import { SettingsDialog } from "../features/settings/SettingsDialog";
import { DropTarget, StartPage } from "../features/start/StartPage";
import { Button, IconButton } from "../shared/Button";
import { ProblemNote } from "../shared/ProblemNote";
import { InstancePage } from "./InstancePage";
import { isTyping, type Shortcut, shortcutOf } from "./keyboard";
import { createSession } from "./session";
import "../shared/tokens.css";
import "../shared/base.css";
import "./app.css";

/** The window; where drawing it fails, a page that says so and can be loaded anew, as the core has the state. */
export function App(props: { backend: Backend }) {
  return (
    <ErrorBoundary
      fallback={(failure) => {
        const problem = problemOf(failure);
        props.backend.reportError(`drawing failed: ${problem.message}`).catch(() => undefined);
        return (
          <div class="broken">
            <ProblemNote message="The window could not be drawn. Nothing is lost." detail={problem.message} />
            <Button look="primary" onClick={() => location.reload()}>
              Load it again
            </Button>
          </div>
        );
      }}
    >
      <Window backend={props.backend} />
    </ErrorBoundary>
  );
}

function Window(props: { backend: Backend }) {
  const { backend } = props;
  const session = createSession(backend);
  const drafts = createDrafts(backend);
  const readings = new Map<string, Reading>();
  const [settingsOpen, setSettingsOpen] = createSignal(false);
  const [inboxOpen, setInboxOpen] = createSignal(false);
  const [rules, setRules] = createSignal<{ instance: string; draft: Rule | null } | null>(null);
  const openRules: OpenRules = (instance, draft) => {
    setInboxOpen(false);
    setRules({ instance, draft: draft ?? null });
  };

  const view = () => session.view();
  const instances = () => view()?.instances ?? [];
  const active = () => instances().find((row) => row.id === view()?.active);
  keepDrafts(drafts, () => instances().map((row) => row.id), session.fail);
  const mirror = (instance: string) => session.feed(instance)?.state ?? null;

  const stateOf = (instance: string): TabState => {
    const state = mirror(instance);
    return {
      status: state?.view.status.status ?? "starting",
      waiting: state?.view.waiting ?? 0,
      running: Object.values(state?.sessions ?? {}).filter((row) => row.state === "busy" || row.state === "retry")
        .length,
      unseen: state?.view.unseen ?? 0,
      ruled: state?.view.auto_answers.on ?? false,
    };
  };
  const waiting = createMemo(() => entriesOf(instances().map(({ id, folder }) => ({ id, folder, state: mirror(id) }))));
  const goTo = (instance: string, id: string) => {
    setInboxOpen(false);
    setRules(null);
    session.run(backend.selectInstance(instance));
    const feed = session.feed(instance);
    if (feed) session.run(feed.take(() => backend.look(instance, { kind: "session", id })));
  };

  const rulesFromInbox = () => {
    const instance = waiting()[0]?.instance ?? active()?.id ?? instances()[0]?.id;
    return instance === undefined ? undefined : () => openRules(instance);
  };

  const look = (step: 1 | -1) => {
    const row = active();
    const state = row && mirror(row.id);
    if (!row || !state) return;
    const { tabs, focus } = state.view;
    const stops = [...tabs.map((id) => ({ kind: "session", id }) as const), { kind: "logs" } as const];
    const at = stops.findIndex((stop) =>
      stop.kind === "session" && focus.kind === "session" ? stop.id === focus.id : stop.kind === focus.kind,
    );
    const to = stops[(at + step + stops.length) % stops.length];
    const feed = session.feed(row.id);
    if (to && feed) session.run(feed.take(() => backend.look(row.id, to)));
  };
  const obey = (shortcut: Shortcut) => {
    switch (shortcut.kind) {
      case "instance": {
        const row = instances()[shortcut.index];
        if (row) session.run(backend.selectInstance(row.id));
        return;
      }
      case "new_session": {
        const row = active();
        const feed = row && session.feed(row.id);
        if (row && feed && mirror(row.id)?.view.status.status === "ready") {
          session.run(feed.take(() => backend.newSession(row.id)).then(focusComposer));
        }
        return;
      }
      case "inbox":
        setInboxOpen(true);
        return;
      case "next_tab":
        return look(1);
      case "previous_tab":
        return look(-1);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    if (isTyping(event)) {
      focusComposer();
      return;
    }
    const shortcut = shortcutOf(event);
    if (!shortcut) return;
    event.preventDefault();
    obey(shortcut);
  };
  /** No address is opened in the window itself. */
  const onLink = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!link) return;
    event.preventDefault();
    const href = link.getAttribute("href") ?? "";
    if (/^(https?|mailto):/i.test(href)) session.run(backend.openLink(href));
  };
  const refuse = (event: Event) => event.preventDefault();

  onMount(() => {
    session.start();
    window.addEventListener("keydown", onKeyDown);
    document.addEventListener("click", onLink);
    document.addEventListener("auxclick", onLink);
    document.addEventListener("dragover", refuse);
    document.addEventListener("drop", refuse);
  });
  onCleanup(() => {
    window.removeEventListener("keydown", onKeyDown);
    document.removeEventListener("click", onLink);
    document.removeEventListener("auxclick", onLink);
    document.removeEventListener("dragover", refuse);
    document.removeEventListener("drop", refuse);
  });
  createEffect(() => {
    const row = active();
    document.title = row ? `${row.folder.name} – Outrider` : "Outrider";
  });

  return (
    <BackendContext.Provider value={backend}>
      <RulesContext.Provider value={openRules}>
        <header class="title-bar">
          <InstanceTabs
            instances={instances()}
            active={view()?.active ?? null}
            stateOf={stateOf}
            onSelect={(instance) => session.run(backend.selectInstance(instance))}
            onClose={(instance) => session.run(drafts.flush().then(() => backend.closeInstance(instance)))}
            onOpenFolder={() => session.run(backend.pickFolder())}
          />
          <IconButton label="Settings" disabled={!view()} onClick={() => setSettingsOpen(true)}>
            <SettingsIcon class="icon" />
          </IconButton>
        </header>
        <Show when={(view()?.problems.length ?? 0) + session.failures().length > 0}>
          <div class="banners">
            <For each={view()?.problems}>
              {(problem) => (
                <ProblemNote
                  message={problem.message}
                  detail={problem.detail}
                  code={problem.code}
                  onDismiss={() => session.run(backend.dismissProblem(problem.code))}
                />
              )}
            </For>
            <For each={session.failures()}>
              {(failure) => (
                <ProblemNote
                  message={failure.message}
                  detail={failure.detail}
                  code={failure.code}
                  onDismiss={() => session.dismiss(failure.number)}
                />
              )}
            </For>
          </div>
        </Show>
        <Show when={view()}>
          {(now) => (
            <Show
              when={active()?.id}
              keyed
              fallback={
                <StartPage
                  recent={now().recent}
                  onPick={() => session.run(backend.pickFolder())}
                  onOpen={(path) => session.run(backend.openFolder(path))}
                />
              }
            >
              {(id) => (
                <Show when={session.feed(id)}>
                  {(feed) => (
                    <Show when={active()}>
                      {(row) => (
                        <InstancePage
                          folder={row().folder}
                          feed={feed()}
                          session={session}
                          drafts={drafts}
                          readings={readings}
                          enterSends={now().settings.enter_sends}
                          waiting={waiting().length}
                          onInbox={() => setInboxOpen(true)}
                          onRules={() => openRules(id)}
                          onSettings={() => setSettingsOpen(true)}
                        />
                      )}
                    </Show>
                  )}
                </Show>
              )}
            </Show>
          )}
        </Show>
        <Show when={settingsOpen() && view()}>
          {(now) => <SettingsDialog settings={now().settings} onClose={() => setSettingsOpen(false)} />}
        </Show>
        <Show when={inboxOpen()}>
          <Inbox
            entries={waiting()}
            diff={Diff}
            onOpen={goTo}
            onRules={rulesFromInbox()}
            onClose={() => setInboxOpen(false)}
          />
        </Show>
        <Show when={rules()} keyed>
          {(open) => (
            <RulesDialog
              folders={instances()}
              instance={open.instance}
              draft={open.draft}
              viewOf={(instance) => mirror(instance)?.view ?? null}
              onOpen={goTo}
              onClose={() => setRules(null)}
            />
          )}
        </Show>
        <Show when={session.quitting()}>
          {(folders) => <QuitDialog folders={folders()} onAnswer={session.answerQuit} />}
        </Show>
        <Show when={session.dragging()}>
          <DropTarget />
        </Show>
      </RulesContext.Provider>
    </BackendContext.Provider>
  );
}
