import { LabError } from "../../errors.ts";
import type { Language } from "../../render/lesson/words.ts";
import { paint } from "../../ui/color.ts";
import { jsonLine } from "../../untrusted.ts";
import { type Hub, openHub } from "../../watch/hub.ts";
import { type Line, lineOf } from "../../watch/model/words.ts";
import { observe } from "../../watch/observe.ts";
import { type Context, type LabOptions, type MadeLab, madeLab } from "../context.ts";
import { shellLanguage } from "../lesson/open.ts";

export interface EventsOptions extends LabOptions {
  readonly language?: Language;
}

/** `events`: what is seen of the lab, a line each, until Ctrl-C; under `--json` an object each. */
export async function events({ language, ...which }: EventsOptions, context: Context): Promise<never> {
  const made = madeLab(which);
  const hub = openHub();
  if (context.json) hub.listen((event) => context.print(jsonLine(event)));
  else printLines(hub, context);
  return watchUntilInterrupted(made, hub, language, context);
}

/** Prints what is new, as lines. */
export function printLines(hub: Hub, context: Context): void {
  hub.listen((event, before) => {
    const line = lineOf(event, before);
    if (line !== undefined) printLine({ ...line, at: event.at }, context);
  });
}

const colours = { good: "green", bad: "red", plain: "reset" } as const;

export function printLine(
  { at, tone, text }: Line & { readonly at: string },
  { print, color }: Context,
): void {
  const time = new Date(at).toTimeString().slice(0, 8);
  print(`${paint(color, "dim", time)}  ${paint(color, colours[tone], text)}`);
}

/** @throws LabError `interrupted`: nothing else ends it. */
export async function watchUntilInterrupted(
  made: MadeLab,
  hub: Hub,
  language: Language | undefined,
  { signal }: Pick<Context, "signal">,
): Promise<never> {
  await observe({ ...made, signal, language: language ?? shellLanguage(process.env) }, hub);
  throw new LabError("interrupted", "interrupted");
}
