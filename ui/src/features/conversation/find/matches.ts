/** Stands where one element of a text ends and another begins: nothing is found across it. */
const BOUNDARY = "\u0001";

/** Elements within a line; the text of others stays apart. As in the core (`render/words_of.rs`). */
const INLINE = new Set(["A", "CODE", "DEL", "EM", "SPAN", "STRONG", "SUB", "SUP"]);

/** What is no part of a text: its buttons, and numbers beside it. */
const LEFT_OUT =
  "button, .code-head, .tool-piece-head, .tool-number, .tool-count, .visually-hidden, [aria-hidden='true']";

/** What is looked for, as it is compared. */
export interface Needle {
  text: string;
  matchCase: boolean;
}

/** Null where there is nothing to look for. */
export function needleOf(text: string, matchCase: boolean): Needle | null {
  if (text.trim() === "") return null;
  const spaced = text.replace(/\s/gu, " ");
  return { text: matchCase ? spaced : fold(spaced), matchCase };
}

/**
 * The text with each character in the one form that stands for all its cases, one character for one, as the core does it
 * (`feed/find/needle.rs`). Places in the result are places in the text.
 */
export function fold(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it asks whether anything is beyond ASCII
  if (/^[\u0000-\u007f]*$/u.test(text)) return text.toLowerCase();
  let folded = "";
  for (const c of text) {
    const now = foldOne(c);
    folded += now.length === c.length ? now : c;
  }
  return folded;
}

function foldOne(c: string): string {
  // Dotless i is a letter of its own, although its upper case is that of i.
  if (c < "\u0080" || c === "ı") return c.toLowerCase();
  const upper = c.toUpperCase();
  const lower = (isSingle(upper) ? upper : c).toLowerCase();
  if (isSingle(lower)) return lower;
  return isSingle(c.toLowerCase()) ? c.toLowerCase() : c;
}

const isSingle = (text: string) => [...text].length === 1;

/** How often the needle is in a line. */
export function countIn(line: string, needle: Needle): number {
  const spaced = line.replace(/\s/gu, " ");
  return (needle.matchCase ? spaced : fold(spaced)).split(needle.text).length - 1;
}

/** The places of the needle in the words below an element, in their order, at most `most`. */
export function matchesIn(root: Element, needle: Needle, most: number): Range[] {
  const nodes: { node: Text; start: number }[] = [];
  let words = "";
  const read = (element: Element) => {
    for (const child of element.childNodes) {
      if (child instanceof Text) {
        nodes.push({ node: child, start: words.length });
        words += child.data.replace(/\s/gu, " ");
      } else if (child instanceof Element && !child.matches(LEFT_OUT)) {
        const apart = !INLINE.has(child.tagName);
        if (apart) words += BOUNDARY;
        read(child);
        if (apart) words += BOUNDARY;
      }
    }
  };
  if (root.matches(LEFT_OUT)) return [];
  read(root);
  if (!needle.matchCase) words = fold(words);
  const ranges: Range[] = [];
  let at = 0;
  const nodeOf = (place: number) => {
    while (at + 1 < nodes.length && (nodes[at + 1]?.start ?? 0) <= place) at += 1;
    return nodes[at];
  };
  for (let from = words.indexOf(needle.text); from >= 0 && ranges.length < most; ) {
    const first = nodeOf(from);
    const end = from + needle.text.length;
    const last = nodeOf(end - 1);
    if (!first || !last) break;
    const range = document.createRange();
    range.setStart(first.node, from - first.start);
    range.setEnd(last.node, end - last.start);
    ranges.push(range);
    from = words.indexOf(needle.text, end);
  }
  return ranges;
}

/** The elements of a part that are searched, in the core's order; `section` is a section of a tool call. */
export function scopesOf(part: Element, section: number | null): Element[] {
  if (section !== null) return [...part.querySelectorAll(`.tool-piece[data-number="${section}"]`)];
  if (part.querySelector(".tool-line")) return [...part.querySelectorAll(".tool-name, .tool-summary")];
  return [...part.querySelectorAll(".markdown > .stretch > .block")];
}

/** All elements of a part that are searched and drawn. */
export function allScopesOf(part: Element): Element[] {
  return [...scopesOf(part, null), ...part.querySelectorAll(".tool-piece")];
}

/**
 * One place in a part or a section; the last there is where fewer are drawn. Null where none is, or where it cannot be
 * told which one it is, as only the rows in view are drawn.
 */
export function matchAt(part: Element, section: number | null, occurrence: number, needle: Needle): Range | null {
  let left = occurrence;
  let last: Range | null = null;
  for (const scope of scopesOf(part, section)) {
    if (scope.querySelector(".tool-rows-room")) return null;
    const ranges = matchesIn(scope, needle, left + 1);
    const found = ranges[left];
    if (found) return found;
    left -= ranges.length;
    last = ranges.at(-1) ?? last;
  }
  return last;
}
