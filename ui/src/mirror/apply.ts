import type { Batch, Block, LogLine, MessageView, PartView, Patch } from "../backend/types";
import { merge } from "./merge";
import type { MirrorState } from "./state";

/** How many lines of a server's output are kept, as in the core. */
export const LOG_LINES = 2_000;

/** Applies a batch's patches in order. `state` is changed in place: a Solid draft, or a plain object. */
export function applyBatch(state: MirrorState, batch: Batch): void {
  for (const patch of batch.patches) applyPatch(state, patch);
  state.revision = batch.revision;
}

function applyPatch(state: MirrorState, patch: Patch): void {
  switch (patch.op) {
    case "instance_updated":
      merge(state.view, patch.view);
      return;
    case "session_upserted": {
      const known = state.sessions[patch.session.id];
      if (known) merge(known, patch.session);
      else state.sessions[patch.session.id] = patch.session;
      return;
    }
    case "session_removed":
      delete state.sessions[patch.id];
      return;
    case "log_appended":
      if (state.log) appendLog(state.log, patch.lines);
      return;
    case "outgoing_upserted": {
      const known = state.outgoing.find((message) => message.id === patch.message.id);
      if (known) merge(known, patch.message);
      else insertMessage(state.outgoing, patch.message);
      return;
    }
    case "outgoing_removed":
      removeById(state.outgoing, patch.id);
      return;
    case "permission_upserted":
      upsertById(state.permissions, patch.permission);
      return;
    case "permission_removed":
      removeById(state.permissions, patch.id);
      return;
    case "question_upserted":
      upsertById(state.questions, patch.question);
      return;
    case "question_removed":
      removeById(state.questions, patch.id);
      return;
    case "transcript_updated":
    case "overview_updated":
    case "find_updated":
    case "message_upserted":
    case "message_removed":
    case "part_upserted":
    case "part_removed":
    case "blocks_replaced":
      if (state.transcript) applyToTranscript(state.transcript, patch);
      return;
    default:
      unknownPatch(patch);
  }
}

type TranscriptPatch = Exclude<
  Patch,
  {
    op:
      | "instance_updated"
      | "session_upserted"
      | "session_removed"
      | "log_appended"
      | "permission_upserted"
      | "permission_removed"
      | "question_upserted"
      | "question_removed"
      | "outgoing_upserted"
      | "outgoing_removed";
  }
>;

function applyToTranscript(transcript: NonNullable<MirrorState["transcript"]>, patch: TranscriptPatch): void {
  switch (patch.op) {
    case "transcript_updated": {
      const { op: _, ...frame } = patch;
      const { session, messages, overview, find } = transcript;
      merge(transcript, { session, messages, overview, find, ...frame });
      return;
    }
    case "find_updated":
      transcript.find = patch.find;
      return;
    case "overview_updated":
      merge(transcript.overview, patch.overview);
      return;
    case "message_upserted":
      upsertMessage(transcript.messages, patch.message);
      return;
    case "message_removed":
      removeById(transcript.messages, patch.id);
      return;
    case "part_upserted": {
      const message = transcript.messages.findLast((message) => message.id === patch.message);
      if (message) upsertById(message.parts, patch.part);
      return;
    }
    case "part_removed": {
      const message = transcript.messages.findLast((message) => message.id === patch.message);
      if (message) removeById(message.parts, patch.part);
      return;
    }
    case "blocks_replaced": {
      const message = transcript.messages.findLast((message) => message.id === patch.message);
      const part = message?.parts.findLast((part) => part.id === patch.part);
      if (part) replaceBlocks(part, patch.count, patch.blocks);
      return;
    }
    default:
      unknownPatch(patch);
  }
}

/** A window is built together with its core; an unknown patch means that they are not of one version. */
function unknownPatch(patch: never): never {
  throw new Error(`unknown patch: ${JSON.stringify(patch)}`);
}

function comesBefore(a: MessageView, b: MessageView): boolean {
  return a.created === b.created ? a.id < b.id : a.created < b.created;
}

function upsertMessage(messages: MessageView[], message: MessageView): void {
  const at = messages.findIndex((known) => known.id === message.id);
  const known = messages[at];
  if (!known) {
    insertMessage(messages, { ...message, parts: [] });
    return;
  }
  const moved = known.created !== message.created;
  merge(known, { ...message, parts: known.parts });
  if (moved) {
    messages.splice(at, 1);
    insertMessage(messages, known);
  }
}

function insertMessage(messages: MessageView[], message: MessageView): void {
  let at = messages.length;
  for (let before = messages[at - 1]; before && comesBefore(message, before); before = messages[at - 1]) at -= 1;
  messages.splice(at, 0, message);
}

function upsertById<T extends { id: string }>(items: T[], item: T): void {
  const known = items.find((known) => known.id === item.id);
  if (known) {
    merge(known, item);
    return;
  }
  let at = items.length;
  for (let before = items[at - 1]; before && item.id < before.id; before = items[at - 1]) at -= 1;
  items.splice(at, 0, item);
}

function removeById(items: { id: string }[], id: string): void {
  const at = items.findIndex((item) => item.id === id);
  if (at >= 0) items.splice(at, 1);
}

function replaceBlocks(part: PartView, count: number, blocks: Block[]): void {
  if (part.body.kind !== "text" && part.body.kind !== "reasoning") return;
  const mine = part.body.blocks;
  // A block's number is its place.
  if (mine.length > count) mine.splice(count);
  for (const block of blocks) {
    const known = mine[block.number];
    if (!known) mine[block.number] = block;
    else if (known.html !== block.html) known.html = block.html;
  }
}

function appendLog(log: LogLine[], lines: LogLine[]): void {
  const last = log.at(-1)?.number ?? -1;
  log.push(...lines.filter((line) => line.number > last));
  if (log.length > LOG_LINES) log.splice(0, log.length - LOG_LINES);
}
