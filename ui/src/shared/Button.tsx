import { type JSX, splitProps } from "solid-js";
import "./controls.css";

type Attributes = JSX.ButtonHTMLAttributes<HTMLButtonElement>;

/** A button with words. */
export function Button(props: Attributes & { look?: "primary" | "plain" | "danger" }) {
  const [own, rest] = splitProps(props, ["look", "class"]);
  return <button type="button" {...rest} class={`button ${own.look ?? ""} ${own.class ?? ""}`} />;
}

/** A button that is only an icon; `label` is its name, and shown when the pointer rests on it. */
export function IconButton(props: Attributes & { label: string; tiny?: boolean }) {
  const [own, rest] = splitProps(props, ["label", "tiny", "class"]);
  return (
    <button
      type="button"
      title={own.label}
      {...rest}
      aria-label={own.label}
      class={`icon-button ${own.tiny ? "tiny" : ""} ${own.class ?? ""}`}
    />
  );
}
