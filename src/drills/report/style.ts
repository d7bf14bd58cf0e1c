import { paint } from "../../ui/color.ts";
import { clip } from "../../ui/text.ts";
import type { Kind } from "../analysis/words.ts";
import { ascii } from "./ascii.ts";

/** How a drill is drawn on a terminal. */
export interface PictureOptions {
  readonly width?: number;
  readonly colour?: boolean;
  readonly unicode?: boolean;
}

export type Style = Required<PictureOptions>;

export function styleOf(options: PictureOptions): Style {
  return { width: 80, colour: false, unicode: true, ...options };
}

const inks = {
  bold: "bold",
  dim: "dim",
  ok: "green",
  "503": "magenta",
  refused: "red",
  reset: "redBright",
  timeout: "yellow",
  http: "cyan",
  "wrong-page": "blue",
  unreachable: "redBright",
  "no-name": "magentaBright",
} as const satisfies Record<Kind | "bold" | "dim", Parameters<typeof paint>[1]>;

export function ink(text: string, as: Kind | "bold" | "dim", { colour }: Style): string {
  return paint(colour && text !== "", inks[as], text);
}

/** The text in the characters that the terminal has. */
export function show(text: string, { unicode }: Style): string {
  return unicode ? text : ascii(text);
}

export function cut(text: string, width: number, { unicode }: Style): string {
  return clip(text, width, unicode ? "…" : "..");
}

export function dot({ unicode }: Style): string {
  return unicode ? "·" : "-";
}
