import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Batch, Snapshot } from "../backend/types";
import { applyBatch } from "./apply";
import { fromSnapshot, type MirrorState, renew, toSnapshot } from "./state";

/** Made by the core's contract test: what it sent, and what it holds itself after each batch. */
interface Contract {
  name: string;
  steps: ({ snapshot: Snapshot } | { batch: Batch; expected: Snapshot })[];
}

const folder = process.env.OUTRIDER_CONTRACT ?? resolve(import.meta.dirname, "../../../target/contract");
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];

/** Sessions are a set; the snapshot's order of them means nothing. */
function sorted(snapshot: Snapshot): Snapshot {
  return { ...snapshot, sessions: [...snapshot.sessions].sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

describe("the mirror agrees with the core", () => {
  it("on something", () => {
    expect(
      files.length,
      `There is no contract in ${folder}. The core's tests write it: run \`cargo nextest run -p outrider-core\` first, ` +
        "or set OUTRIDER_CONTRACT to the folder that has it.",
    ).toBeGreaterThan(0);
  });

  it.each(files)("on %s", (file) => {
    const contract: Contract = JSON.parse(readFileSync(join(folder, file), "utf8"));
    let state: MirrorState | null = null;
    contract.steps.forEach((step, i) => {
      if ("snapshot" in step) {
        const snapshot = structuredClone(step.snapshot);
        if (state) renew(state, snapshot);
        else state = fromSnapshot(snapshot);
        expect(toSnapshot(state), `${contract.name}, step ${i}`).toEqual(sorted(step.snapshot));
        return;
      }
      if (!state) throw new Error(`${contract.name} begins with a batch`);
      applyBatch(state, step.batch);
      expect(toSnapshot(state), `${contract.name}, step ${i}`).toEqual(sorted(step.expected));
    });
  });
});
