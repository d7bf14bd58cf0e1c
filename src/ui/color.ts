import { styleText } from "node:util";

/** Whether colours belong on this stream: a terminal, and neither NO_COLOR nor a dumb one. */
export function wantsColor(
  stream: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
}

/** Paints a text, or leaves it when colours are off; never looks at the environment by itself. */
export function paint(color: boolean, format: Parameters<typeof styleText>[0], text: string): string {
  return color ? styleText(format, text, { validateStream: false }) : text;
}
