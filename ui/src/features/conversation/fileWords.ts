/** What people call a media type: `image/svg+xml` is SVG, `text/plain` Text. */
export function typeWords(mime: string): string {
  const [kind = "", rest = ""] = (mime.split(";")[0] ?? "").trim().toLowerCase().split("/");
  if (rest === "plain" || rest === "") return kind === "text" ? "Text" : "";
  if (rest === "octet-stream") return "Binary";
  if (rest === "x-directory") return "Folder";
  const name = rest.split("+")[0]?.replace(/^(x-|vnd\.)/u, "") ?? "";
  return name.length <= 5 ? name.toUpperCase() : name.charAt(0).toUpperCase() + name.slice(1);
}

/** A size in bytes in the unit that people read. */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ["KB", "MB", "GB"];
  let size = bytes / 1_000;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${size < 9.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}
