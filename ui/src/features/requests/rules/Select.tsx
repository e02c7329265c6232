import ChevronDown from "lucide-solid/icons/chevron-down";
import { For } from "solid-js";

/** One of a few. */
export function Select(props: {
  id?: string;
  label?: string;
  value: string;
  options: [value: string, words: string][];
  onChange: (value: string) => void;
}) {
  return (
    <span class="select">
      <select
        id={props.id}
        class="field"
        aria-label={props.label}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        <For each={props.options}>
          {([value, words]) => (
            <option value={value} selected={value === props.value}>
              {words}
            </option>
          )}
        </For>
      </select>
      <ChevronDown class="icon small" />
    </span>
  );
}
