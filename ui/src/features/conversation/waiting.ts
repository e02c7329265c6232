import type { PartView, PermissionView, QuestionView } from "../../backend/types";

/** What waits for the person in a session and below it. */
export interface Requests {
  permissions: PermissionView[];
  questions: QuestionView[];
}

/** Which tool calls of a session's transcript go on only when the person has answered a request. */
export function waitingCalls(session: string, { permissions, questions }: Requests) {
  const parts = new Set(permissions.map((permission) => permission.part));
  // Of a subagent that asks, the call that started it waits.
  const askers = new Set([...permissions, ...questions].map((request) => request.session));
  return {
    any: askers.size > 0,
    waits: ({ id, body }: PartView): boolean => {
      if (body.kind !== "tool" || (body.state !== "running" && body.state !== "pending")) return false;
      // A question does not name its call.
      if (body.name === "question" && questions.some((known) => known.session === session)) return true;
      return parts.has(id) || (body.child !== null && askers.has(body.child));
    },
  };
}
