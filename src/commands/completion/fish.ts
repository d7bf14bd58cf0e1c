import { type CommandText, flagText, nameOf } from "../../command-line.ts";

export function fish(commands: readonly CommandText[]): string {
  return `# Completion of mesos-lab in fish: mesos-lab completion fish >~/.config/fish/completions/mesos-lab.fish
complete -c mesos-lab -f
${commands.flatMap(commandLines).join("\n")}
`;
}

function commandLines(command: CommandText): readonly string[] {
  const name = nameOf(command);
  const inside = `-n '__fish_seen_subcommand_from ${name}'`;
  const words = command.words ?? command.usualWords?.map((each) => ({ name: each, help: "" })) ?? [];
  // A word that stands there is not offered again.
  const first = `-n '__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${words.map((word) => word.name).join(" ")}'`;
  return [
    `complete -c mesos-lab -n __fish_use_subcommand -a ${name} -d ${quoted(command.help)}`,
    ...words.map((word) => `complete -c mesos-lab ${first} -a ${word.name} -d ${quoted(word.help)}`),
    ...(command.usage.includes("<path>") ? [`complete -c mesos-lab ${inside} -F`] : []),
    ...command.flags.map((flag) => `complete -c mesos-lab ${inside} ${flagWordsOf(flag)}`),
    `complete -c mesos-lab ${inside} -l help -d 'Display help'`,
  ];
}

function flagWordsOf(name: CommandText["flags"][number]): string {
  const { names, help, value, words, takesFile } = flagText(name);
  const options = names.map((each) =>
    each.startsWith("--") ? `-l ${each.slice(2)}` : `-s ${each.slice(1)}`,
  );
  const argument = value === undefined ? [] : takesFile ? ["-r -F"] : ["-x"];
  const offered = words.length > 0 ? [`-a ${quoted(words.join(" "))}`] : [];
  return [...options, ...argument, ...offered, `-d ${quoted(help)}`].join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}
