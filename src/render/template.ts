import Handlebars from "handlebars";

// A private instance: nothing registered elsewhere can change what a lab looks like.
const engine = Handlebars.create();

/**
 * Fills a template. Values are written as they are (the outputs are Ruby, YAML and Markdown, not HTML),
 * and a value that the view lacks is an error, except in `if` and `each`: views have every key.
 */
export function fill(template: string, view: object): string {
  return engine.compile(template, { noEscape: true, strict: true, knownHelpersOnly: true })(view);
}
