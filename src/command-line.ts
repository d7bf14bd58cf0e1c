import { LabError } from "./errors.ts";
import { flags, flagWords } from "./flags.ts";
import { suggestion } from "./lab/problems.ts";

/** One of the words that can stand in the place of a command's first argument: an action, a drill, a shell. */
export interface Word {
  readonly name: string;
  readonly help: string;
}

/** A command as people and shells see it. */
export interface CommandText {
  /** As cac writes it: `ssh <machine>`. */
  readonly usage: string;
  readonly help: string;
  readonly flags: readonly (keyof typeof flags)[];
  /** All that the first argument can be; absent where there is none, or only the lab knows. */
  readonly words?: readonly Word[];
  /** A flag with which the first argument is none of the words: `lesson --web <step>`. */
  readonly wordsUnless?: keyof typeof flags;
  /** What the first argument usually is, where only the lab knows all of it. */
  readonly usualWords?: readonly string[];
  readonly example?: string;
}

/** A flag as people and shells see it. */
export interface FlagText {
  /** `-f`, `--follow`. */
  readonly names: readonly string[];
  readonly help: string;
  /** What its value is called; absent where it takes none. */
  readonly value?: string;
  /** The values that it can have; empty where these are not known beforehand. */
  readonly words: readonly string[];
  readonly takesFile: boolean;
}

/** The command's name: `ssh` of `ssh <machine>`. */
export function nameOf({ usage }: CommandText): string {
  return usage.split(" ", 1)[0] ?? "";
}

/** What a command's first argument is called: `drill` of `drill <drill>`, `action` of `lesson [action]`. */
export function argumentOf({ usage }: CommandText): string {
  return /[<[](\w+)[>\]]/.exec(usage)?.[1] ?? "";
}

/** Whether a command can do without its first argument. */
function isOptional({ usage }: CommandText): boolean {
  return /^\S+ \[/.test(usage);
}

export function helpOf(command: CommandText): string {
  return `npx mesos-lab ${nameOf(command)} --help`;
}

/** The words with their help, a line each. */
export function wordLines(words: readonly Word[]): readonly string[] {
  const width = Math.max(...words.map(({ name }) => name.length));
  return words.map(({ name, help }) => `${name.padEnd(width)}  ${help}`);
}

/** @throws LabError `usage` where all that the first argument can be is known, and the word is none of it. */
export function refuseOtherWords(command: CommandText, word: string | undefined): void {
  const { words } = command;
  if (words === undefined || words.some(({ name }) => name === word)) return;
  if (word === undefined && isOptional(command)) return;
  const argument = argumentOf(command);
  const names = words.map(({ name }) => name);
  const [message, details] =
    word === undefined
      ? [`${nameOf(command)} needs to know which ${argument}`, wordLines(words)]
      : [`there is no ${argument} "${word}", ${suggestion(word, names)}`, []];
  throw new LabError("wrong-command-line", message, { details, remedy: [helpOf(command)] });
}

export function flagText(name: keyof typeof flags): FlagText {
  const [usage, help] = flags[name];
  const [, names = "", value] = /^([^<]+?)(?: <(.+)>)?$/.exec(usage) ?? [];
  return {
    names: names.split(", "),
    help,
    ...(value === undefined ? {} : { value }),
    words: flagWords[name] ?? [],
    takesFile: value === "path" || value === "file",
  };
}

/** What the first argument can be, as far as it is known beforehand. */
export function firstWords({ words, usualWords = [] }: CommandText): readonly string[] {
  return words?.map(({ name }) => name) ?? usualWords;
}

/** All flags of a command as they are typed, `--help` among them. */
export function flagNames(command: CommandText): readonly string[] {
  return [...command.flags.flatMap((name) => flagText(name).names), "--help"];
}

/** Every flag of the commands, each once, in the order of the table of flags. */
export function flagsOf(commands: readonly CommandText[]): readonly FlagText[] {
  const used = new Set(commands.flatMap((command) => command.flags));
  return (Object.keys(flags) as (keyof typeof flags)[]).filter((name) => used.has(name)).map(flagText);
}
