/** A text for a terminal that shows ASCII only: what the reports themselves write has a likeness, all else is a `?`. */
export function ascii(text: string): string {
  return text
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
