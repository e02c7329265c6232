import File from "lucide-solid/icons/file";
import FileText from "lucide-solid/icons/file-text";
import Folder from "lucide-solid/icons/folder";
import ImageIcon from "lucide-solid/icons/image";
import { createSignal, Show, useContext } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { FileView } from "../../backend/types";
import { Lightbox } from "../../shared/Lightbox";
import { sizeWords, typeWords } from "./fileWords";
import { PictureContext } from "./pictures";
import "./files.css";

/** A file of a message: an image as a preview that opens larger, others as a chip. */
export function Attached(props: { file: FileView; part: string; number: number }) {
  const address = useContext(PictureContext);
  const [failed, setFailed] = createSignal(false);
  const [large, setLarge] = createSignal(false);
  return (
    <Show when={props.file.picture && !failed()} fallback={<Chip file={props.file} />}>
      <figure class="preview">
        <button
          type="button"
          class="preview-button"
          aria-label={`Show ${props.file.name} larger`}
          onClick={() => setLarge(true)}
        >
          <img
            alt={props.file.name}
            src={address(props.part, props.number)}
            loading="lazy"
            decoding="async"
            draggable={false}
            onError={() => setFailed(true)}
          />
        </button>
        <figcaption>
          <span class="truncate">{props.file.name}</span>
          <Kind file={props.file} />
        </figcaption>
      </figure>
      <Show when={large()}>
        <Lightbox title={props.file.name} address={address(props.part, props.number)} onClose={() => setLarge(false)} />
      </Show>
    </Show>
  );
}

function Chip(props: { file: FileView }) {
  const icon = () => {
    const { mime } = props.file;
    if (mime.startsWith("image/")) return ImageIcon;
    if (mime === "application/x-directory") return Folder;
    return mime.startsWith("text/") ? FileText : File;
  };
  return (
    <span class="chip" title={props.file.mime}>
      <Dynamic component={icon()} class="icon small" />
      <span class="truncate">{props.file.name}</span>
      <Kind file={props.file} />
    </span>
  );
}

function Kind(props: { file: FileView }) {
  const words = () => {
    const size = props.file.size === null ? "" : sizeWords(props.file.size);
    return [typeWords(props.file.mime), size].filter((each) => each !== "").join(" · ");
  };
  return (
    <Show when={words()}>
      <span class="file-kind numbers">{words()}</span>
    </Show>
  );
}
