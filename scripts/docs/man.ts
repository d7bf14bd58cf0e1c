import { type CommandText, type FlagText, flagsOf, flagText, type Word } from "../../src/command-line.ts";
import { exitCodeMeanings } from "./exit-codes.ts";

/** docs/mesos-lab.1: the manual page, in the macros of man(7). */
export function manPage(commands: readonly CommandText[]): string {
  return [
    '.\\" Made from the table of commands by npm run docs.',
    ".TH MESOS\\-LAB 1",
    section("NAME", "mesos-lab - one command to a verified Apache Mesos lab"),
    section("SYNOPSIS", ""),
    ".B mesos\\-lab",
    ".I command",
    "[\\fIargument\\fR ...] [\\fIflag\\fR ...]",
    section(
      "DESCRIPTION",
      "mesos-lab makes a lab of two virtual machines with Docker, ZooKeeper, a Mesos master, a Mesos slave, Marathon and Bamboo, and checks over the network that everything works. Where no virtual machine can run, the lab is embedded: processes on loopback. Results go to stdout, progress goes to stderr.",
    ),
    section("COMMANDS", ""),
    ...commands.flatMap(commandLines),
    section("FLAGS", ""),
    ...flagsOf(commands).flatMap(flagLines),
    ...tagged("--help", "Display the help of a command."),
    ...tagged("--version", "Display the version."),
    section("EXIT STATUS", ""),
    ...exitCodeMeanings.flatMap(([code, meaning]) => tagged(String(code), meaning)),
    section("ENVIRONMENT", ""),
    ...tagged("NO_COLOR", "When it is set, nothing is coloured."),
    section("FILES", ""),
    ...tagged(
      "mesos-lab.yaml",
      "The lab file, where there is one: it says how the lab differs from the tutorial's.",
    ),
    ...tagged("mesos-lab.lock", "The digests of the lab's images and the checksum of its box."),
    ...tagged("generated/<lab>/", "All that the tool writes: Vagrantfile, playbooks, lesson, reports, logs."),
    section("EXAMPLES", ""),
    ...commands.flatMap(({ example, help }) => (example === undefined ? [] : tagged(example, help))),
    "",
  ].join("\n");
}

function commandLines(command: CommandText): readonly string[] {
  const flags = command.flags.flatMap((name) => flagText(name).names);
  return [
    ...tagged(command.usage, `${command.help}.`),
    ...(command.words ?? []).flatMap(wordLines),
    ...(flags.length === 0 ? [] : [".IP", text(`Flags: ${flags.join(", ")}`)]),
  ];
}

function wordLines({ name, help }: Word): readonly string[] {
  return [".RS", `.IP "\\fB${text(name)}\\fR" 20`, text(help), ".RE"];
}

function flagLines({ names, value, help }: FlagText): readonly string[] {
  return tagged(`${names.join(", ")}${value === undefined ? "" : ` <${value}>`}`, help);
}

/** A paragraph with its heading in bold at the left. */
function tagged(tag: string, words: string): readonly string[] {
  return [".TP", `.B ${text(tag)}`, text(words)];
}

function section(title: string, words: string): string {
  return [`.SH ${title}`, ...(words === "" ? [] : [text(words)])].join("\n");
}

/** Plain words as roff reads them: a backslash and a hyphen would mean something else, as would a dot at the beginning. */
function text(words: string): string {
  return words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq")
    .replace(/^[.']/, "\\&$&");
}
