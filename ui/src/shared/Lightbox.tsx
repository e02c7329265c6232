import { Portal } from "solid-js/web";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import "./lightbox.css";

/** A picture as large as the window has room for. */
export function Lightbox(props: { title: string; address: string; onClose: () => void }) {
  return (
    <Portal>
      <Dialog title={props.title} class="lightbox" onClose={props.onClose}>
        <div class="lightbox-body">
          <img alt={props.title} src={props.address} draggable={false} />
        </div>
        <div class="dialog-actions">
          <Button onClick={props.onClose}>Close</Button>
        </div>
      </Dialog>
    </Portal>
  );
}
