/** Text for a grid of cells, from sources that nobody vouches for. */

const segments = new Intl.Segmenter("en", { granularity: "grapheme" });
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** How many cells of a terminal a text fills. */
export function cells(text: string): number {
  let sum = 0;
  for (const { segment } of segments.segment(text)) sum += wide.test(segment) ? 2 : 1;
  return sum;
}

/** One line without control characters and terminal codes; without `unicode`, ASCII only. */
export function plain(text: string, unicode: boolean): string {
  const clean = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ");
  if (unicode) return clean;
  return clean
    .replace(/[−–—]/g, "-")
    .replace(/[“”]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/→/g, "->")
    .replace(/±/g, "+/-")
    .replace(/…/g, "...")
    .replace(/·/g, "-")
    .replace(/×/g, "x")
    .replace(/\u00a0/g, " ")
    .replace(/[^ -~]/gu, "?");
}

/** At most so many cells; what was cut is shown by dots. */
export function clip(text: string, width: number): string {
  if (cells(text) <= width) return text;
  const dots = /^[ -~]*$/.test(text) ? ".." : "…";
  if (width < cells(dots) + 1) return "";
  let kept = "";
  let used = cells(dots);
  for (const { segment } of segments.segment(text)) {
    used += cells(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept}${dots}`;
}

export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - cells(text)));
}

/** Lines of whole words; later lines may be indented by two, so they are kept two cells shorter. */
export function fold(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const room = width - (lines.length === 0 ? 0 : 2);
    if (line !== "" && cells(line) + 1 + cells(word) > room) {
      lines.push(line);
      line = "";
    }
    line = clip(line === "" ? word : `${line} ${word}`, width - (lines.length === 0 ? 0 : 2));
  }
  return [...lines, line];
}
