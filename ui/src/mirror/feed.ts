import { batch as solidBatch } from "solid-js";
import { createStore, produce, type SetStoreFunction } from "solid-js/store";
import type { Backend } from "../backend/backend";
import type { Announcement, Batch, Snapshot } from "../backend/types";
import { applyBatch } from "./apply";
import { fromSnapshot, type MirrorState, renew } from "./state";

interface Held {
  state: MirrorState | null;
}

/** How long after a failed call for a snapshot the next one is made, in milliseconds. */
const WATCH_AGAIN_MS = 1_000;

/** Keeps the mirror of one instance in step with the core: snapshot, batches in order, an acknowledgement for each. */
export class Feed {
  private readonly held: Held;
  private readonly setHeld: SetStoreFunction<Held>;
  private work: Promise<void> = Promise.resolve();
  private watchWanted = false;
  private again: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    readonly instance: string,
    private readonly backend: Pick<Backend, "watch" | "ack" | "fetchBatch">,
    private readonly afterPaint: (callback: () => void) => void,
    private readonly report: (failure: unknown) => void,
  ) {
    [this.held, this.setHeld] = createStore<Held>({ state: null });
  }

  /** The mirror; null until the first snapshot is there. */
  get state(): MirrorState | null {
    return this.held.state;
  }

  /** Asks for the snapshot. Calls that wait for the same answer become one. */
  watch(): Promise<void> {
    if (this.watchWanted || this.closed) return this.work;
    this.watchWanted = true;
    return this.run(async () => {
      this.watchWanted = false;
      await this.readSnapshot();
    });
  }

  /** Takes the snapshot that a call answers with: it belongs to a new feed. */
  take(call: () => Promise<Snapshot>): Promise<void> {
    const taken = this.work.then(call).then((snapshot) => this.show(snapshot));
    this.work = taken.catch(() => undefined);
    return taken;
  }

  /** Brings the announced batch into the mirror. */
  announced(announcement: Announcement): Promise<void> {
    return this.run(() => this.follow(announcement));
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.again);
  }

  private run(job: () => Promise<void>): Promise<void> {
    this.work = this.work.then(() => (this.closed ? undefined : job())).catch(this.report);
    return this.work;
  }

  private async readSnapshot(): Promise<void> {
    try {
      this.show(await this.backend.watch(this.instance));
    } catch (failure) {
      clearTimeout(this.again);
      if (!this.closed) this.again = setTimeout(() => this.watch(), WATCH_AGAIN_MS);
      this.report(failure);
    }
  }

  private async follow(announcement: Announcement): Promise<void> {
    const { feed, revision } = announcement;
    const state = this.held.state;
    // Announced for a view that was left meanwhile. Its credit went with it.
    if (state && feed < state.feed) return;
    if (!state || feed > state.feed) return this.readSnapshot();
    if (revision <= state.revision) return this.acknowledge(feed, revision);
    const batch = announcement.batch ?? (await this.fetch(feed, revision));
    if (!batch || batch.feed !== state.feed || batch.revision !== state.revision + 1) return this.readSnapshot();
    try {
      solidBatch(() =>
        this.setHeld(
          produce((held) => {
            if (held.state) applyBatch(held.state, batch);
          }),
        ),
      );
    } catch (failure) {
      this.report(failure);
      return this.readSnapshot();
    }
    this.acknowledge(feed, batch.revision);
  }

  private async fetch(feed: number, revision: number): Promise<Batch | null> {
    try {
      return await this.backend.fetchBatch(this.instance, feed, revision);
    } catch (failure) {
      this.report(failure);
      return null;
    }
  }

  private acknowledge(feed: number, revision: number): void {
    this.afterPaint(() => {
      if (!this.closed) this.backend.ack(this.instance, feed, revision).catch(this.report);
    });
  }

  private show(snapshot: Snapshot): void {
    if (this.closed) return;
    solidBatch(() =>
      this.setHeld(
        produce((held) => {
          if (held.state) renew(held.state, snapshot);
          else held.state = fromSnapshot(snapshot);
        }),
      ),
    );
  }
}
