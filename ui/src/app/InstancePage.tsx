import PanelLeft from "lucide-solid/icons/panel-left";
import { createMemo, createSignal, For, Match, onCleanup, Show, Switch } from "solid-js";
import { useBackend } from "../backend/context";
import type { Focus, FolderRow, Problem } from "../backend/types";
import { Composer, focusComposer } from "../features/composer/Composer";
import type { Drafts } from "../features/composer/drafts";
import { Message } from "../features/conversation/Message";
import type { OutgoingActions } from "../features/conversation/OutgoingState";
import type { Reading } from "../features/conversation/scroll";
import { Transcript } from "../features/conversation/Transcript";
import { Diff } from "../features/conversation/tool/Diff";
import { EventsPanel } from "../features/events/EventsPanel";
import { ServerLog } from "../features/logs/ServerLog";
import { Notices } from "../features/notices/Notices";
import { ContextMeter } from "../features/overview/ContextMeter";
import { TodoStrip } from "../features/overview/TodoStrip";
import { within } from "../features/requests/inbox";
import { PermissionCard } from "../features/requests/PermissionCard";
import { QuestionCard } from "../features/requests/QuestionCard";
import { SessionTabs } from "../features/sessions/SessionTabs";
import { Sidebar } from "../features/sessions/Sidebar";
import { FirstMessage, ServerProblem, StartingPage, StoppedPage } from "../features/start/InstanceStates";
import { StatusBar } from "../features/status/StatusBar";
import type { Feed } from "../mirror/feed";
import type { MirrorState } from "../mirror/state";
import { IconButton } from "../shared/Button";
import type { Session } from "./session";

/** Narrower windows hide the sidebar until it is asked for. */
const NARROW = "(max-width: 899px)";

interface PageProps {
  folder: FolderRow;
  feed: Feed;
  session: Session;
  drafts: Drafts;
  readings: Map<string, Reading>;
  enterSends: boolean;
  /** Requests that wait in all folders. */
  waiting: number;
  onInbox: () => void;
  onRules: () => void;
  onSettings: () => void;
}

/** One opened folder: sessions, what is looked at, and the status line. */
export function InstancePage(props: PageProps) {
  return (
    <Show
      when={props.feed.state}
      fallback={
        <div class="page-body">
          <StartingPage folder={props.folder} />
        </div>
      }
    >
      {(state) => <Watched {...props} state={state()} />}
    </Show>
  );
}

function Watched(props: PageProps & { state: MirrorState }) {
  const backend = useBackend();
  const { session, feed } = props;
  const instance = feed.instance;
  const media = window.matchMedia(NARROW);
  const [narrow, setNarrow] = createSignal(media.matches);
  const [drawer, setDrawer] = createSignal(false);
  const [sent, setSent] = createSignal(0);
  const onNarrow = () => {
    setNarrow(media.matches);
    setDrawer(false);
  };
  media.addEventListener("change", onNarrow);
  onCleanup(() => media.removeEventListener("change", onNarrow));
  const sidebarShown = () => !narrow() || drawer();

  const view = () => props.state.view;
  const status = () => view().status;
  const focused = () => {
    const { focus } = view();
    return focus.kind === "session" ? focus.id : null;
  };
  const serverProblem = (): Problem | null => {
    const now = status();
    return now.status === "error" ? now.problem : null;
  };
  /** Why no session can be made now. */
  const noServer = () => {
    switch (status().status) {
      case "ready":
        return null;
      case "starting":
        return "OpenCode is still starting";
      case "error":
      case "stopped":
        return "OpenCode does not run in this folder; restart it first";
    }
  };
  const look = (focus: Focus) => {
    setDrawer(false);
    session.run(feed.take(() => backend.look(instance, focus)));
  };
  const newSession = () => {
    setDrawer(false);
    session.run(feed.take(() => backend.newSession(instance)).then(focusComposer));
  };
  const restart = () => session.run(backend.restartInstance(instance));
  const titleOf = (id: string) => (id === focused() ? null : (props.state.sessions[id]?.title ?? "another session"));
  const dismiss = (number: number) => session.run(backend.dismissNotice(instance, number));
  const onSent = () => setSent(sent() + 1);

  return (
    <>
      <div class="page">
        <Show when={sidebarShown()}>
          <div class="sidebar-place" classList={{ drawer: narrow() }}>
            <Sidebar
              sessions={props.state.sessions}
              selected={focused()}
              onOpen={(id) => look({ kind: "session", id })}
              onDelete={(id) => backend.deleteSession(instance, id)}
              noServer={noServer()}
              onNew={newSession}
            />
          </div>
          <Show when={narrow()}>
            <button type="button" class="drawer-shade" aria-label="Hide sessions" onClick={() => setDrawer(false)} />
          </Show>
        </Show>
        <main class="page-main">
          <SessionTabs
            tabs={view().tabs}
            sessions={props.state.sessions}
            focus={view().focus}
            alone={!sidebarShown()}
            noServer={noServer()}
            before={
              <Show when={narrow()}>
                <IconButton label="All sessions" aria-expanded={drawer()} onClick={() => setDrawer(!drawer())}>
                  <PanelLeft class="icon" />
                </IconButton>
              </Show>
            }
            onLook={look}
            onClose={(id) => session.run(backend.closeTab(instance, id))}
            onNew={newSession}
          />
          <div class="page-body">
            <Show when={serverProblem()}>
              {(problem) => <ServerProblem problem={problem()} onRestart={restart} onChooseBinary={props.onSettings} />}
            </Show>
            {/* Elsewhere they stand above the composer, where they move nothing that is read. */}
            <Show when={view().focus.kind === "logs" || view().focus.kind === "events"}>
              <Notices notices={view().notices} titleOf={titleOf} onDismiss={dismiss} />
            </Show>
            <Switch>
              <Match when={view().focus.kind === "logs"}>
                <ServerLog lines={props.state.log ?? []} server={view().server} folder={props.folder} />
              </Match>
              <Match when={view().focus.kind === "events"}>
                <EventsPanel instance={instance} sessions={props.state.sessions} />
              </Match>
              <Match when={view().focus.kind !== "logs"}>
                <Conversation
                  {...props}
                  titleOf={titleOf}
                  onDismiss={dismiss}
                  sent={sent()}
                  onSent={onSent}
                  onLook={look}
                  onRestart={restart}
                />
              </Match>
            </Switch>
          </div>
        </main>
      </div>
      <StatusBar
        view={view()}
        folder={props.folder}
        waiting={props.waiting}
        onRetry={() => session.run(backend.retryConnection(instance))}
        onInbox={props.onInbox}
        onRules={props.onRules}
      />
    </>
  );
}

/** A session's messages, what waits for the person in it, and the composer. */
function Conversation(props: {
  folder: FolderRow;
  feed: Feed;
  session: Session;
  drafts: Drafts;
  readings: Map<string, Reading>;
  enterSends: boolean;
  state: MirrorState;
  sent: number;
  onSent: () => void;
  onLook: (focus: Focus) => void;
  titleOf: (session: string) => string | null;
  onDismiss: (number: number) => void;
  onRestart: () => void;
}) {
  const backend = useBackend();
  const transcript = () => props.state.transcript;
  const focused = () => (props.state.view.focus.kind === "session" ? props.state.view.focus.id : null);
  const row = () => {
    const id = focused();
    return id === null ? undefined : props.state.sessions[id];
  };
  const busy = () => row()?.state === "busy" || row()?.state === "retry";
  const asker = (session: string) =>
    session === focused() ? null : (props.state.sessions[session]?.title ?? "a subagent");
  const connected = () => props.state.view.connection.state === "connected";
  const { instance } = props.feed;
  const edit = async (message: string) => {
    // What is typed there goes on behind it.
    await props.drafts.flush();
    const { session, text } = await backend.takeBackPrompt(instance, message);
    props.drafts.change({ instance, session }, { text });
    focusComposer();
  };
  const outgoing: OutgoingActions = {
    get connected() {
      return connected();
    },
    onRetry: (message) => props.session.run(backend.retryPrompt(instance, message)),
    onEdit: (message) => props.session.run(edit(message)),
    onDiscard: (message) => props.session.run(backend.discardPrompt(instance, message)),
  };
  const status = () => props.state.view.status.status;
  const requests = createMemo(() => ({
    permissions: within(props.state.permissions, focused()),
    questions: within(props.state.questions, focused()),
  }));
  const waiting = () => requests().permissions.length + requests().questions.length;
  return (
    <>
      <Show
        when={transcript()?.session}
        keyed
        fallback={
          <div class="page-scroll">
            <Switch>
              <Match when={props.state.outgoing.length > 0}>
                <div class="outgoing-start" role="log" aria-label="Messages">
                  <For each={props.state.outgoing}>
                    {(message) => (
                      <Message
                        message={message}
                        previous={undefined}
                        waits={() => false}
                        feed={props.state.feed}
                        outgoing={outgoing}
                        onExpand={() => undefined}
                        onOpenSession={() => undefined}
                      />
                    )}
                  </For>
                </div>
              </Match>
              <Match when={status() === "starting"}>
                <StartingPage folder={props.folder} />
              </Match>
              <Match when={status() === "stopped"}>
                <StoppedPage onRestart={props.onRestart} />
              </Match>
              <Match when={status() === "ready"}>
                <FirstMessage folder={props.folder} enterSends={props.enterSends} />
              </Match>
            </Switch>
          </div>
        }
      >
        {(_) => (
          <Show when={transcript()}>
            {(now) => (
              <Transcript
                instance={props.feed.instance}
                feed={props.state.feed}
                transcript={now()}
                requests={requests()}
                state={row()?.state ?? "idle"}
                readings={props.readings}
                connected={props.state.view.connection.state === "connected"}
                sent={props.sent}
                outgoing={outgoing}
                onOpenSession={(id) => props.onLook({ kind: "session", id })}
                onFailure={props.session.fail}
              />
            )}
          </Show>
        )}
      </Show>
      <div class="dock">
        <Notices notices={props.state.view.notices} titleOf={props.titleOf} onDismiss={props.onDismiss} />
        <Show when={waiting() > 0}>
          <div class="dock-requests">
            <For each={requests().permissions}>
              {(permission) => (
                <PermissionCard
                  instance={props.feed.instance}
                  permission={permission}
                  diff={Diff}
                  asker={asker(permission.session)}
                />
              )}
            </For>
            <For each={requests().questions}>
              {(question) => (
                <QuestionCard instance={props.feed.instance} question={question} asker={asker(question.session)} />
              )}
            </For>
          </div>
        </Show>
        <Show when={transcript()}>{(now) => <TodoStrip todos={now().overview.todos} />}</Show>
        <Composer
          instance={props.feed.instance}
          session={focused()}
          busy={busy()}
          connected={connected()}
          enterSends={props.enterSends}
          drafts={props.drafts}
          beside={<Show when={transcript()}>{(now) => <ContextMeter overview={now().overview} />}</Show>}
          onSent={props.onSent}
        />
      </div>
    </>
  );
}
