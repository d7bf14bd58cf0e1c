import cliTruncate from "cli-truncate";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** Text for a grid of terminal cells. Colours take no cells and survive; foreign text is cleaned before it comes here. */

/** How many cells a text fills: two for each East Asian wide character and each emoji. */
export function cells(text: string): number {
  return stringWidth(text);
}

/** The text cut to at most `width` cells, with dots where something is missing. */
export function clip(text: string, width: number, dots = "…"): string {
  // cli-truncate takes a wide character that begins within the width, though it ends behind it.
  for (let room = width; room >= cells(dots); room -= 1) {
    const cut = cliTruncate(text, room, { truncationCharacter: dots });
    if (cells(cut) <= width) return cut;
  }
  return "";
}

/** Breaks a text into lines of at most `width` cells, at blanks where there are any. */
export function wrap(text: string, width: number): string[] {
  return wrapAnsi(text, width, { hard: true }).split("\n");
}

/** The text with blanks up to `width` cells: behind it, or before it where it is aligned right. */
export function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - cells(text)));
  return align === "right" ? blanks + text : text + blanks;
}
