import type { FolderRow, PermissionView, QuestionView, SessionName } from "../../backend/types";
import type { MirrorState } from "../../mirror/state";

/** A request that waits, and the folder in which it does. */
export type Entry = { key: string; instance: string; folder: FolderRow; asked: number | null } & (
  | { kind: "permission"; view: PermissionView }
  | { kind: "question"; view: QuestionView }
);

/** All requests of the opened folders, those that wait longest first. */
export function entriesOf(folders: { id: string; folder: FolderRow; state: MirrorState | null }[]): Entry[] {
  const entries = folders.flatMap(({ id, folder, state }): Entry[] => {
    const of = { instance: id, folder };
    const key = (request: { id: string }) => `${id} ${request.id}`;
    return [
      ...(state?.permissions ?? []).map(
        (view): Entry => ({ ...of, key: key(view), asked: view.asked, kind: "permission", view }),
      ),
      ...(state?.questions ?? []).map(
        (view): Entry => ({ ...of, key: key(view), asked: view.asked, kind: "question", view }),
      ),
    ];
  });
  return entries.sort((a, b) => (a.asked ?? 0) - (b.asked ?? 0) || (a.key < b.key ? -1 : 1));
}

/** Those that are shown in a session: its own, and those of the sessions below it. */
export function within<T extends { path: SessionName[] }>(requests: T[], session: string | null): T[] {
  return requests.filter((request) => request.path.some(({ id }) => id === session));
}
