import { describe, expect, it, vi } from "vitest";
import * as data from "../backend/fakeData";
import type { Announcement, Batch, Patch, Snapshot } from "../backend/types";
import { Feed } from "./feed";

function snapshot(feed: number, revision = 0): Snapshot {
  const view = data.view({ status: "ready" }, { state: "connected" }, []);
  return { ...data.snapshotOf("ins", { view }), feed, revision };
}

function batch(feed: number, revision: number, title = `title ${revision}`): Batch {
  const patches: Patch[] = [{ op: "session_upserted", session: data.session("ses", title, 0) }];
  return { instance: "ins", feed, revision, patches };
}

function announce(feed: number, revision: number, carried: Batch | null = batch(feed, revision)): Announcement {
  return { instance: "ins", feed, revision, batch: carried };
}

function setUp(feed = 5) {
  const painted: (() => void)[] = [];
  const backend = {
    watch: vi.fn(async () => snapshot(feed)),
    ack: vi.fn(async () => undefined),
    fetchBatch: vi.fn(
      async (_: string, feed: number, revision: number): Promise<Batch | null> => batch(feed, revision),
    ),
  };
  const report = vi.fn();
  const client = new Feed("ins", backend, (callback) => painted.push(callback), report);
  return {
    backend,
    client,
    report,
    paint: () => {
      for (const callback of painted.splice(0)) callback();
    },
    title: () => client.state?.sessions.ses?.title,
  };
}

describe("a feed", () => {
  it("applies the announced batch and acknowledges it only once it was painted", async () => {
    const { backend, client, paint, title } = setUp();
    await client.watch();
    await client.announced(announce(5, 1));
    expect(title()).toBe("title 1");
    expect(backend.ack).not.toHaveBeenCalled();
    paint();
    expect(backend.ack.mock.calls).toEqual([["ins", 5, 1]]);
    expect(backend.fetchBatch).not.toHaveBeenCalled();
  });

  it("fetches a batch that the announcement does not carry", async () => {
    const { backend, client, paint, title } = setUp();
    await client.watch();
    await client.announced(announce(5, 1, null));
    paint();
    expect(backend.fetchBatch.mock.calls).toEqual([["ins", 5, 1]]);
    expect(title()).toBe("title 1");
    expect(backend.ack.mock.calls).toEqual([["ins", 5, 1]]);
  });

  it("asks for a snapshot when a revision is missing, and applies nothing of the batch after the hole", async () => {
    const { backend, client, paint, title } = setUp();
    await client.watch();
    backend.watch.mockResolvedValueOnce(snapshot(6, 9));
    await client.announced(announce(5, 2));
    paint();
    expect(backend.watch).toHaveBeenCalledTimes(2);
    expect(title()).toBeUndefined();
    expect(client.state).toMatchObject({ feed: 6, revision: 9 });
    expect(backend.ack).not.toHaveBeenCalled();
  });

  it("asks for a snapshot when the batch cannot be had", async () => {
    const { backend, client } = setUp();
    await client.watch();
    backend.fetchBatch.mockResolvedValueOnce(null);
    await client.announced(announce(5, 1, null));
    backend.fetchBatch.mockRejectedValueOnce({ code: "gone", message: "gone" });
    await client.announced(announce(5, 1, null));
    expect(backend.watch).toHaveBeenCalledTimes(3);
  });

  it("ignores what is announced for a view that was left, and follows one it does not know yet", async () => {
    const { backend, client, paint, title } = setUp();
    await client.watch();
    await client.announced(announce(4, 1));
    paint();
    expect(title()).toBeUndefined();
    expect(backend.watch).toHaveBeenCalledTimes(1);
    expect(backend.ack).not.toHaveBeenCalled();
    backend.watch.mockResolvedValueOnce(snapshot(7));
    await client.announced(announce(7, 1));
    expect(client.state?.feed).toBe(7);
  });

  it("acknowledges again what was announced twice, and applies it once", async () => {
    const { backend, client, paint, title } = setUp();
    await client.watch();
    await client.announced(announce(5, 1));
    await client.announced(announce(5, 1, batch(5, 1, "again")));
    paint();
    expect(title()).toBe("title 1");
    expect(backend.ack.mock.calls).toEqual([
      ["ins", 5, 1],
      ["ins", 5, 1],
    ]);
  });

  it("handles what arrives before the snapshot after it, and makes waiting calls for it one", async () => {
    const { backend, client, title } = setUp();
    client.watch();
    client.watch();
    await client.announced(announce(5, 1));
    expect(backend.watch).toHaveBeenCalledTimes(1);
    expect(title()).toBe("title 1");
  });

  it("takes the snapshot that a call answers with, and goes on after a call that failed", async () => {
    const { client, title } = setUp();
    await client.watch();
    await client.take(async () => snapshot(8));
    const failed = client.take(() => Promise.reject(new Error("no")));
    await expect(failed).rejects.toThrow("no");
    await client.announced(announce(8, 1));
    expect(title()).toBe("title 1");
  });

  it("asks again for a snapshot that it did not get", async () => {
    vi.useFakeTimers();
    const { backend, client, report } = setUp();
    backend.watch.mockRejectedValueOnce(new Error("not now"));
    await client.watch();
    expect(client.state).toBeNull();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(client.state?.feed).toBe(5);
    expect(report).toHaveBeenCalledTimes(1);
    vi.useRealTimers();
  });

  it("acknowledges nothing after it was closed", async () => {
    const { backend, client, paint } = setUp();
    await client.watch();
    await client.announced(announce(5, 1));
    client.close();
    paint();
    expect(backend.ack).not.toHaveBeenCalled();
  });
});
