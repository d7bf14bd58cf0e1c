import { html } from "hono/html";

/** Markup whose texts are escaped. */
export type Html = ReturnType<typeof html>;

/** Elements that stand below each other in the page's source. */
export function lines(elements: readonly Html[]): Html[] {
  return elements.map((element, i) => (i === 0 ? element : html`\n${element}`));
}
