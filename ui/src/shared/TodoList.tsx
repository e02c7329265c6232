import Ban from "lucide-solid/icons/ban";
import Circle from "lucide-solid/icons/circle";
import CircleCheck from "lucide-solid/icons/circle-check";
import CircleDot from "lucide-solid/icons/circle-dot";
import { For, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import "./todos.css";

type State = "pending" | "in_progress" | "completed" | "cancelled";

const ICONS: Record<State, typeof Circle> = {
  pending: Circle,
  in_progress: CircleDot,
  completed: CircleCheck,
  cancelled: Ban,
};
const WORDS: Record<State, string> = {
  pending: "to do",
  in_progress: "being done",
  completed: "done",
  cancelled: "cancelled",
};

/** A check-list. */
export function TodoList(props: { items: readonly { text: string; state: State; urgent: boolean }[] }) {
  return (
    <ul class="todos">
      <For each={props.items}>
        {(item) => (
          <li class="todo" data-state={item.state}>
            <Dynamic component={ICONS[item.state]} class="icon small" />
            <span class="visually-hidden">{WORDS[item.state]}: </span>
            <span class="todo-text">{item.text}</span>
            <Show when={item.urgent && item.state !== "completed" && item.state !== "cancelled"}>
              <span class="todo-urgent">high</span>
            </Show>
          </li>
        )}
      </For>
    </ul>
  );
}
