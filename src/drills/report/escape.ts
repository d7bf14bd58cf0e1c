import { plain } from "./text.ts";

/** Text that cannot become markup, nor change the direction or the look of what follows it. */
export function esc(text: string): string {
  return plain(text, true)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
