import { createStore, produce } from "solid-js/store";
import { type Backend, problemOf } from "../../backend/backend";
import type { Problem } from "../../backend/types";

/** How long after a change what is typed is kept, in milliseconds; what is typed meanwhile goes with it. */
export const SAVE_AFTER_MS = 250;

/** What was typed for one session and not sent yet. */
export interface Draft {
  text: string;
  /** It is being taken by the app. */
  sending: boolean;
  /** Why it could not be taken or kept, or the session not stopped. */
  problem: Problem | null;
}

const EMPTY: Draft = { text: "", sending: false, problem: null };

/** Where a draft belongs; without a session it is the page that invites to a first message. */
export interface Place {
  instance: string;
  session: string | null;
}

/** How the core comes to know one draft: one call at a time, the latest text last. */
class Saver {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | null = null;
  private wanted: string | null = null;

  constructor(
    private readonly save: (text: string) => Promise<void>,
    private readonly failed: (failure: unknown) => void,
  ) {}

  change(text: string): void {
    this.wanted = text;
    // Not put off by further changes: who types without a pause is kept up with too.
    this.timer ??= setTimeout(() => this.flush(), SAVE_AFTER_MS);
  }

  flush(): Promise<void> {
    this.stop();
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Forgets what is not on its way yet, and waits for what is. */
  async drop(): Promise<void> {
    this.stop();
    this.wanted = null;
    await this.running;
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async run(): Promise<void> {
    while (this.wanted !== null) {
      const text = this.wanted;
      this.wanted = null;
      try {
        await this.save(text);
      } catch (failure) {
        this.failed(failure);
      }
    }
  }
}

/** The drafts of all sessions, as they are typed. The core keeps them on disk. */
export function createDrafts(backend: Pick<Backend, "drafts" | "saveDraft">) {
  const [drafts, setDrafts] = createStore<Record<string, Draft>>({});
  const savers = new Map<string, Saver>();
  const loaded = new Map<string, Promise<void>>();

  const keyOf = ({ instance, session }: Place) => `${instance}\n${session ?? ""}`;
  const of = (place: Place): Draft => drafts[keyOf(place)] ?? EMPTY;
  const change = (place: Place, part: Partial<Draft>): void => {
    const key = keyOf(place);
    setDrafts(
      produce((all) => {
        const next = { ...(all[key] ?? EMPTY), ...part };
        if (next.text || next.sending || next.problem) all[key] = next;
        else delete all[key];
      }),
    );
  };
  const saverOf = (place: Place): Saver => {
    const key = keyOf(place);
    const known = savers.get(key);
    if (known) return known;
    const { instance, session } = place;
    const saver = new Saver(
      (text) => backend.saveDraft(instance, session, text),
      (failure) => change(place, { problem: problemOf(failure) }),
    );
    savers.set(key, saver);
    return saver;
  };
  const read = async (instance: string): Promise<void> => {
    for (const { session, text } of await backend.drafts(instance)) {
      const place = { instance, session };
      const typed = of(place).text;
      // Who was faster than the answer went on where the draft ends.
      if (!typed.startsWith(text)) change(place, { text: text + typed });
    }
  };

  return {
    of,
    change,
    /** The person has typed. */
    type(place: Place, text: string): void {
      change(place, { text });
      saverOf(place).change(text);
    },
    /** Brings in what was kept, once for each instance. */
    load(instance: string): Promise<void> {
      const known = loaded.get(instance);
      if (known) return known;
      const reading = read(instance);
      loaded.set(instance, reading);
      return reading;
    },
    /** Lets the core know of everything now. */
    async flush(): Promise<void> {
      await Promise.all([...savers.values()].map((saver) => saver.flush()));
    },
    /** What is typed in a place is about to be the core's: nothing older may come after it. */
    settle: (place: Place): Promise<void> => saverOf(place).drop(),
    /** Forgets an instance that is closed. */
    forget(instance: string): void {
      loaded.delete(instance);
      const own = (key: string) => key.startsWith(`${instance}\n`);
      for (const key of [...savers.keys()].filter(own)) savers.delete(key);
      setDrafts(
        produce((all) => {
          for (const key of Object.keys(all).filter(own)) delete all[key];
        }),
      );
    },
  };
}

export type Drafts = ReturnType<typeof createDrafts>;
