import { type CAC, cac } from "cac";
import type { Context } from "./commands/context.ts";
import type { LabError } from "./errors.ts";
import { flags, kebab, repeatable, usageError } from "./flags.ts";
import { suggestion } from "./lab/problems.ts";
import { type Options, type Outcome, type Verb, verbs } from "./verbs.ts";

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
      invocation = { json: json === true, run: (context) => verb.action(args, options, context) };
    });
  }
  cli.help();
  cli.version(version);
  try {
    cli.parse(markValues(argv), { run: false });
    if (cli.options.help || cli.options.version) return undefined;
    if (cli.matchedCommand === undefined) throw unknownCommand(cli);
    cli.runMatchedCommand();
  } catch (error) {
    // cac does not export the class of its errors.
    if (error instanceof Error && error.name === "CACError") throw usageError(error.message);
    throw error;
  }
  return invocation;
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
  const names = verbs.map(({ usage }) => usage.split(" ")[0] ?? "");
  return given === undefined
    ? usageError("no command is given", ["npx mesos-lab create", "npx mesos-lab --help"])
    : usageError(`there is no command "${given}", ${suggestion(given, names)}`);
}
