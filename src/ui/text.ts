import { stripVTControlCharacters } from "node:util";

const graphemes = new Intl.Segmenter();
const wide =
  /^(?:[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u;
const zero = /^[\p{M}\p{Cf}\p{Cc}]+$/u;

/** How many terminal cells a text takes: two for each East Asian wide character and emoji, none for colours. */
export function visualWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) width += cells(segment);
  return width;
}

/** The text cut to at most `width` cells, with an ellipsis where something is missing. Colours are taken off a text that is cut. */
export function truncate(text: string, width: number): string {
  if (visualWidth(text) <= width) return text;
  if (width < 1) return "";
  return `${takeCells(stripVTControlCharacters(text), width - 1)}…`;
}

/** Breaks a text without colours into lines of at most `width` cells, at blanks where there are any. */
export function wrap(text: string, width: number): string[] {
  // A character that is wider than the line must not stop the work.
  const room = Math.max(width, 2);
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(" ")) {
    if (line !== "" && visualWidth(line) + 1 + visualWidth(word) > room) {
      lines.push(line);
      line = "";
    }
    while (line === "" && visualWidth(word) > room) {
      const head = takeCells(word, room);
      lines.push(head);
      word = word.slice(head.length);
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function takeCells(text: string, width: number): string {
  let taken = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += cells(segment);
    if (used > width) break;
    taken += segment;
  }
  return taken;
}

function cells(grapheme: string): number {
  if (zero.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}
