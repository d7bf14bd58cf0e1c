import { type CAC, cac } from "cac";
import { helpOf, nameOf, refuseOtherWords, wordLines } from "./command-line.ts";
import type { Context } from "./commands/context.ts";
import type { LabError } from "./errors.ts";
import { flags, kebab, repeatable, usageError } from "./flags.ts";
import { suggestion } from "./lab/problems.ts";
import { type Options, type Outcome, type Verb, verbs } from "./verbs.ts";

type HelpSection = { title?: string; body: string };

/** The parsed command line: which verb, with what; undefined where help or the version was printed. */
export interface Invocation {
  readonly json: boolean;
  readonly run: (context: Context) => Outcome;
}

/** @throws LabError `usage` for an unknown command or a wrong flag. */
export function parseCommandLine(argv: readonly string[], version: string): Invocation | undefined {
  const cli = cac("mesos-lab");
  let invocation: Invocation | undefined;
  for (const verb of verbs) {
    // How the result is told is the context's: it describes no lab, and no later run repeats it.
    declare(cli, verb, (args, { json, ...options }) => {
      if (verb.wordsUnless === undefined || options[verb.wordsUnless] !== true)
        refuseOtherWords(verb, args[0]);
      invocation = { json: json === true, run: (context) => verb.action(args, options, context) };
    });
  }
  const matched = () => verbs.find((verb) => nameOf(verb) === cli.matchedCommandName);
  cli.help((sections) => helpSections(sections, matched()));
  cli.version(version);
  try {
    cli.parse(markValues(argv), { run: false });
    if (cli.options.help || cli.options.version) return undefined;
    if (cli.matchedCommand === undefined) throw unknownCommand(cli);
    cli.runMatchedCommand();
  } catch (error) {
    // cac does not export the class of its errors.
    if (!(error instanceof Error && error.name === "CACError")) throw error;
    const verb = matched();
    if (verb !== undefined && cli.args.length === 0) refuseOtherWords(verb, undefined);
    throw usageError(error.message, verb === undefined ? undefined : [helpOf(verb)]);
  }
  return invocation;
}

/** A command's words stand before its flags; a line for every command's help says no more than one line does. */
function helpSections(sections: readonly HelpSection[], verb: Verb | undefined): HelpSection[] {
  const [name, usage, ...others] = sections.filter(({ title }) => !title?.startsWith("For more info"));
  const words = verb?.words === undefined ? [] : [{ title: "Words", body: indented(wordLines(verb.words)) }];
  const more = verb === undefined ? [{ body: "The flags of a command: mesos-lab <command> --help" }] : [];
  return [name, usage, ...words, ...others, ...more].filter((section) => section !== undefined);
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join("\n");
}

/**
 * No argument can hold this character. Before a value it keeps cac from reading 007, 1e3 or the version 4.10
 * as a number, and tells a value from the `true` that cac gives a flag without one.
 */
const mark = "\0";

const valueFlags = new Set(
  Object.entries(flags).flatMap(([name, [usage]]) =>
    usage.includes("<") ? [`--${name}`, `--${kebab(name)}`] : [],
  ),
);

function markValues(argv: readonly string[]): string[] {
  const own = argv.includes("--") ? argv.indexOf("--") : argv.length;
  return argv.map((word, index) => {
    if (index >= own) return word;
    const [, flag = "", value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    if (valueFlags.has(flag)) return `${flag}=${mark}${value}`;
    const isValue = valueFlags.has(argv[index - 1] ?? "") && !word.startsWith("-");
    return isValue ? mark + word : word;
  });
}

function declare(cli: CAC, verb: Verb, run: (args: readonly string[], options: Options) => void): void {
  const command = cli.command(verb.usage, verb.help);
  for (const flag of verb.flags) command.option(...(flags[flag] as unknown as [string, string]));
  if (verb.example !== undefined) command.example(verb.example);
  command.action((...parts: unknown[]) => {
    const raw = parts.pop() as Options;
    const args = parts
      .flat()
      .filter((part) => part !== undefined)
      .map(String);
    const rest = Array.isArray(raw["--"]) ? (raw["--"] as unknown[]).map(String) : [];
    run([...args, ...rest], chosenFlags(verb, raw));
  });
}

/** The verb's own flags with one value each. */
function chosenFlags(verb: Verb, raw: Options): Options {
  return Object.fromEntries(
    verb.flags.flatMap((name): [string, unknown][] => {
      const value = raw[name];
      if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
      if (!Array.isArray(value)) return [[name, value]];
      if (value.length > 1 && !repeatable.includes(name))
        throw usageError(`--${kebab(name)} is given ${value.length} times`);
      const given = (value as string[]).map((each) => {
        if (!each.startsWith(mark)) throw usageError(`--${kebab(name)} needs a value`);
        return each.slice(mark.length);
      });
      return [[name, repeatable.includes(name) ? given : given[0]]];
    }),
  );
}

function unknownCommand(cli: CAC): LabError {
  const [given] = cli.args;
  const names = verbs.map(nameOf);
  return given === undefined
    ? usageError("no command is given", ["npx mesos-lab create", "npx mesos-lab --help"])
    : usageError(`there is no command "${given}", ${suggestion(given, names)}`);
}
