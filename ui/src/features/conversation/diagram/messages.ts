import type { DiagramPicture, DiagramRequest } from "../../../backend/backend";

/** What the frame that draws diagrams is asked. The answer bears the number. */
export interface FrameRequest extends DiagramRequest {
  number: number;
}

/** What the frame says. It draws what a model wrote, so it is believed nothing without a look at it. */
export type FrameMessage =
  | { kind: "ready" }
  | ({ kind: "drawn"; number: number } & DiagramPicture)
  | { kind: "failed"; number: number; why: string };

/** A longer source is not drawn, in characters. */
export const MAX_SOURCE = 20_000;
/** Nor is one with more connections. */
export const MAX_EDGES = 300;
