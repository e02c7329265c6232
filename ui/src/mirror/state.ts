import type {
  InstanceView,
  LogLine,
  MessageView,
  PermissionView,
  QuestionView,
  SessionRow,
  Snapshot,
  TranscriptView,
} from "../backend/types";
import { merge } from "./merge";

/** What the window holds of one instance: the snapshot of its feed with every batch since applied to it. */
export interface MirrorState {
  instance: string;
  feed: number;
  revision: number;
  view: InstanceView;
  sessions: Record<string, SessionRow>;
  /** Requests of all sessions, by id. */
  permissions: PermissionView[];
  questions: QuestionView[];
  /** Messages ordered by time, then id; parts by id. */
  transcript: TranscriptView | null;
  /** Prompts of sessions that are still to be made, oldest first. */
  outgoing: MessageView[];
  log: LogLine[] | null;
}

/** The mirror of a snapshot. The snapshot's objects become the mirror's own. */
export function fromSnapshot(snapshot: Snapshot): MirrorState {
  const { sessions, ...rest } = snapshot;
  return { ...rest, sessions: Object.fromEntries(sessions.map((session) => [session.id, session])) };
}

/** Brings a mirror to a newer snapshot. Of the same session, what is drawn already stays, and with it the selection. */
export function renew(state: MirrorState, snapshot: Snapshot): void {
  const next = fromSnapshot(snapshot);
  if (state.transcript?.session !== next.transcript?.session) state.transcript = null;
  merge(state, next);
}

/** The mirror in the form of a snapshot, sessions ordered by id. */
export function toSnapshot(state: MirrorState): Snapshot {
  const copy: MirrorState = JSON.parse(JSON.stringify(state));
  const { sessions, ...rest } = copy;
  return { ...rest, sessions: Object.values(sessions).sort((a, b) => (a.id < b.id ? -1 : 1)) };
}
