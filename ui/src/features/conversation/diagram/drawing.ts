import { type DiagramPicture, type DiagramRequest, problemOf } from "../../../backend/backend";

/** How many characters of pictures are kept for when they come into view again. */
const KEPT = 4_000_000;
/** How many sizes are remembered. */
const SIZES = 2_000;

export interface Size {
  width: number;
  height: number;
}

/** An inert picture: the address of an image, which runs nothing and loads nothing. */
export interface Picture extends Size {
  address: string;
}

/** What came of a source: a picture, or why there is none. */
export type Drawn = Picture | { problem: string };

/** How a diagram is to look. */
export type Look = Omit<DiagramRequest, "source">;

interface Waiting {
  source: string;
  look: Look;
  done: (drawn: Drawn) => void;
}

/** Has diagrams drawn, one after the other, and keeps the pictures. */
export class Drawing {
  private waiting: Waiting[] = [];
  private busy = false;
  private readonly kept = new Map<string, Drawn>();
  private keptLength = 0;
  private readonly sizes = new Map<string, Size>();

  constructor(private readonly drawn: (request: DiagramRequest) => Promise<DiagramPicture>) {}

  /** What was drawn before. */
  known(source: string, look: Look): Drawn | undefined {
    const key = keyOf(source, look);
    const drawn = this.kept.get(key);
    if (drawn) {
      // What was looked at last is kept longest.
      this.kept.delete(key);
      this.kept.set(key, drawn);
    }
    return drawn;
  }

  /** How large the picture of a source was, in whatever colours. */
  sizeOf(source: string): Size | undefined {
    return this.sizes.get(source);
  }

  /** Has a source drawn, unless `cancel` is called before it is its turn. */
  draw(source: string, look: Look, done: (drawn: Drawn) => void): { cancel: () => void } {
    const wanted = { source, look, done };
    this.waiting.push(wanted);
    this.next();
    return {
      cancel: () => {
        this.waiting = this.waiting.filter((other) => other !== wanted);
      },
    };
  }

  private async next() {
    if (this.busy) return;
    this.busy = true;
    for (let wanted = this.waiting.shift(); wanted; wanted = this.waiting.shift()) {
      const { source, look, done } = wanted;
      const known = this.known(source, look);
      if (known) {
        done(known);
        continue;
      }
      const drawn = await this.drawn({ source, ...look }).then(pictureOf, (failure) => ({
        problem: problemOf(failure).message,
      }));
      this.keep(source, look, drawn);
      done(drawn);
    }
    this.busy = false;
  }

  private keep(source: string, look: Look, drawn: Drawn) {
    this.kept.set(keyOf(source, look), drawn);
    this.keptLength += lengthOf(drawn);
    for (const [key, old] of this.kept) {
      if (this.keptLength <= KEPT) break;
      this.kept.delete(key);
      this.keptLength -= lengthOf(old);
    }
    if ("problem" in drawn) return;
    if (this.sizes.size >= SIZES) this.sizes.clear();
    this.sizes.set(source, { width: drawn.width, height: drawn.height });
  }
}

const keyOf = (source: string, look: Look) => `${look.dark} ${look.colours.lineColor} ${source}`;
const lengthOf = (drawn: Drawn) => ("problem" in drawn ? drawn.problem.length : drawn.address.length) + 200;

function pictureOf({ svg, width, height }: DiagramPicture): Picture {
  return { address: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`, width, height };
}
