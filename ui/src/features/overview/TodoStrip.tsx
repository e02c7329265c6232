import ChevronRight from "lucide-solid/icons/chevron-right";
import { createSignal, Show } from "solid-js";
import type { TodoItem } from "../../backend/types";
import { TodoList } from "../../shared/TodoList";
import { todoWords } from "./words";
import "./overview.css";

/** A session's to-do list on one line; unfolded, all of it. A list that is done is no longer in the way. */
export function TodoStrip(props: { todos: readonly TodoItem[] }) {
  const [open, setOpen] = createSignal(false);
  const words = () => todoWords(props.todos);
  return (
    <Show when={props.todos.length > 0 && (open() || words().done < words().all)}>
      <section class="todo-strip" aria-label="To do">
        <button type="button" class="todo-strip-line" aria-expanded={open()} onClick={() => setOpen(!open())}>
          <ChevronRight class="icon small todo-strip-twist" />
          <span class="todo-strip-count numbers">
            To do {words().done}/{words().all}
          </span>
          <Show when={!open()}>
            <span class="truncate">{words().next}</span>
          </Show>
        </button>
        <Show when={open()}>
          <div class="todo-strip-list">
            <TodoList items={props.todos} />
          </div>
        </Show>
      </section>
    </Show>
  );
}
