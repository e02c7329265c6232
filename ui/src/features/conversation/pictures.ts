import { createContext } from "solid-js";

/** The address of an image: of a file part, or the attachment of a number of a tool call. */
export type PictureSource = (part: string, number: number) => string;

export const PictureContext = createContext<PictureSource>(() => "");
