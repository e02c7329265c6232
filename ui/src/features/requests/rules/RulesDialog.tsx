import Pencil from "lucide-solid/icons/pencil";
import Plus from "lucide-solid/icons/plus";
import Trash from "lucide-solid/icons/trash";
import TriangleAlert from "lucide-solid/icons/triangle-alert";
import { createEffect, createSignal, For, onCleanup, Show } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import { problemOf } from "../../../backend/backend";
import { useBackend } from "../../../backend/context";
import type { AutoAnswersView, FolderRow, InstanceView, Problem, Rule, RuleRow } from "../../../backend/types";
import { Button, IconButton } from "../../../shared/Button";
import { Dialog } from "../../../shared/Dialog";
import { ProblemNote } from "../../../shared/ProblemNote";
import { AnswerLog } from "./AnswerLog";
import { FRESH, RuleForm, ruleLook } from "./RuleForm";
import { Select } from "./Select";
import { broadWords, kindWords } from "./words";
import "../requests.css";
import "./rules.css";

/** The rules by which a folder's requests are answered without the person, and what they answered. */
export function RulesDialog(props: {
  folders: { id: string; folder: FolderRow }[];
  instance: string;
  /** A rule to be made from this. */
  draft: Rule | null;
  viewOf: (instance: string) => InstanceView | null;
  onOpen: (instance: string, session: string) => void;
  onClose: () => void;
}) {
  const backend = useBackend();
  const [instance, setInstance] = createSignal(props.instance);
  const [held, setHeld] = createStore<{ view: AutoAnswersView | null }>({ view: null });
  const [problem, setProblem] = createSignal<Problem | null>(null);
  /** Which rule is in the form: a number, a new one, or none. */
  const [editing, setEditing] = createSignal<number | "new" | null>(props.draft ? "new" : null);
  const [draft, setDraft] = createSignal(props.draft);
  const view = () => held.view;
  const status = () => props.viewOf(instance())?.auto_answers;

  // What is shown is asked for anew whenever it changed.
  const ask = async (of: string, stale: () => boolean) => {
    try {
      const next = await backend.autoAnswers(of);
      if (!stale()) setHeld("view", reconcile(next, { key: "id" }));
    } catch (failure) {
      if (!stale()) setProblem(problemOf(failure));
    }
  };
  createEffect(() => {
    let gone = false;
    onCleanup(() => {
      gone = true;
    });
    status()?.revision;
    props.viewOf(instance())?.waiting;
    ask(instance(), () => gone);
  });

  const act = async (call: Promise<unknown>) => {
    setProblem(null);
    try {
      await call;
    } catch (failure) {
      setProblem(problemOf(failure));
    }
  };
  const put = async (id: number | null, rule: Rule) => {
    await backend.putRule(instance(), id, rule);
    setEditing(null);
    setDraft(null);
  };
  const folderName = (folder: Pick<FolderRow, "name" | "hint">) => [folder.name, folder.hint].filter(Boolean).join(" ");
  const current = () => props.folders.find(({ id }) => id === instance())?.folder;
  const form = (row: RuleRow | null) => (
    <RuleForm
      rule={row?.rule ?? draft() ?? FRESH}
      quoted={row === null && draft() !== null}
      isNew={row === null}
      onSave={(rule) => put(row?.id ?? null, rule)}
      onCancel={() => {
        setEditing(null);
        setDraft(null);
      }}
    />
  );

  return (
    <Dialog title="Automatic answers" class="rules" onClose={props.onClose}>
      <div class="dialog-body">
        <div class="rules-head">
          <Show
            when={props.folders.length > 1}
            fallback={
              <span class="rules-folder">
                <span class="muted">Folder</span> {folderName(current() ?? { name: "", hint: "" })}
              </span>
            }
          >
            <Select
              label="Folder"
              value={instance()}
              options={props.folders.map(({ id, folder }) => [id, folderName(folder)])}
              onChange={(id) => {
                setEditing(null);
                setDraft(null);
                setHeld("view", null);
                setInstance(id);
              }}
            />
          </Show>
          <label class="rules-switch">
            <input
              type="checkbox"
              checked={view()?.on ?? false}
              disabled={!view()}
              onChange={(event) => {
                const box = event.currentTarget;
                const on = box.checked;
                box.checked = !on;
                act(backend.switchAutoAnswers(instance(), on));
              }}
            />
            Answer permission requests by rules
          </label>
        </div>
        <p class="rule-hint">
          <Show
            when={view()?.on}
            fallback="Off: everything is asked, also what a rule would answer. Rules are of this folder alone."
          >
            On, also while no window looks. What no rule answers is asked as always; questions are always asked. A rule
            that denies wins.
          </Show>
        </p>
        <Show when={problem()}>{(now) => <ProblemNote message={now().message} detail={now().detail} />}</Show>
        <section class="rules-part" aria-label="Rules">
          <div class="rules-title">
            <h3>Rules</h3>
            <Show when={editing() === null}>
              <Button disabled={!view()} onClick={() => setEditing("new")}>
                <Plus class="icon small" />
                Add rule
              </Button>
            </Show>
          </div>
          <Show when={view()?.rules.length === 0 && editing() !== "new"}>
            <p class="muted rules-none">There are none yet.</p>
          </Show>
          <ul class="rules-list">
            <For each={view()?.rules}>
              {(row) => (
                <Show when={editing() !== row.id} fallback={<li>{form({ ...row })}</li>}>
                  <RuleLine
                    row={row}
                    onEdit={() => setEditing(row.id)}
                    onDelete={() => act(backend.deleteRule(instance(), row.id))}
                  />
                </Show>
              )}
            </For>
          </ul>
          <Show when={editing() === "new"}>{form(null)}</Show>
        </section>
        <Show when={view()?.on && (view()?.waiting ?? 0) > 0}>
          <div class="rules-waiting" role="status">
            <span>
              {view()?.waiting === 1
                ? "A request that waits now matches. It came before and stays yours."
                : `${view()?.waiting} requests that wait now match. They came before and stay yours.`}
            </span>
            <Button onClick={() => act(backend.applyRules(instance()))}>
              {view()?.waiting === 1 ? "Answer it by the rules" : "Answer them by the rules"}
            </Button>
          </div>
        </Show>
        <section class="rules-part" aria-label="Log">
          <div class="rules-title">
            <h3>Latest automatic answers</h3>
            <Show when={(status()?.given ?? 0) > 0}>
              <span class="muted rule-hint">{status()?.given} since the folder was opened</span>
            </Show>
          </div>
          <Show
            when={(view()?.log.length ?? 0) > 0}
            fallback={<p class="muted rules-none">None since the folder was opened.</p>}
          >
            <AnswerLog answers={view()?.log ?? []} onOpen={(session) => props.onOpen(instance(), session)} />
          </Show>
        </section>
      </div>
      <div class="dialog-actions">
        <Button onClick={() => props.onClose()}>Close</Button>
      </div>
    </Dialog>
  );
}

function RuleLine(props: { row: RuleRow; onEdit: () => void; onDelete: () => void }) {
  const rule = () => props.row.rule;
  const name = () => `${kindWords(rule().kind)}: ${rule().pattern}`;
  return (
    <li class="rule" data-rule-id={props.row.id}>
      {ruleLook(rule().answer)}
      <div class="rule-what">
        <span class="rule-kind">{kindWords(rule().kind)}</span>
        <code class="request-pattern">{rule().pattern}</code>
        <Show when={rule().reason}>{(reason) => <span class="rule-hint rule-reason">“{reason()}”</span>}</Show>
        <Show when={broadWords(rule())}>
          {(words) => (
            <span class="rule-warning">
              <TriangleAlert class="icon small" />
              {words()}
            </span>
          )}
        </Show>
      </div>
      <IconButton label={`Change rule ${name()}`} title="Change" onClick={() => props.onEdit()}>
        <Pencil class="icon small" />
      </IconButton>
      <IconButton label={`Delete rule ${name()}`} title="Delete" onClick={() => props.onDelete()}>
        <Trash class="icon small" />
      </IconButton>
    </li>
  );
}
