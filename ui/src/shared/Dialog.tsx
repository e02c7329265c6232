import { type JSX, onCleanup, onMount } from "solid-js";
import "./controls.css";

/** A dialog over the window while it is mounted: its children are a `dialog-body`, which scrolls, and `dialog-actions`. Escape closes it; the browser keeps the focus inside it. */
export function Dialog(props: { title: string; class?: string; onClose: () => void; children: JSX.Element }) {
  let dialog: HTMLDialogElement | undefined;
  onMount(() => {
    const before = document.activeElement;
    dialog?.showModal();
    onCleanup(() => {
      // While it is open, nothing below it takes the focus.
      dialog?.close?.();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    });
  });
  return (
    <dialog
      ref={dialog}
      class={`dialog ${props.class ?? ""}`}
      aria-label={props.title}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <h2 class="dialog-title">{props.title}</h2>
      {props.children}
    </dialog>
  );
}
