import { argumentOf, type CommandText, type FlagText, flagText, nameOf } from "../../command-line.ts";
import { repeatable } from "../../flags.ts";

/** For zsh's own completion system: read after compinit, or put as \`_mesos-lab\` into a folder of \$fpath. */
export function zsh(commands: readonly CommandText[]): string {
  return `#compdef mesos-lab
# Completion of mesos-lab in zsh. In ~/.zshrc, after compinit: source <(mesos-lab completion zsh)
_mesos-lab() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '1:command:->command' '*::argument:->argument' && return
  case $state in
    command)
      local -a commands=(
${commands.map((command) => `        ${quoted(pair(nameOf(command), command.help))}`).join("\n")}
      )
      _describe command commands
      ;;
    argument)
      case $words[1] in
${commands.map(commandCase).join("\n")}
      esac
      ;;
  esac
}
if [[ \${funcstack[1]} == _mesos-lab ]]; then _mesos-lab "$@"; else compdef _mesos-lab mesos-lab; fi
`;
}

function commandCase(command: CommandText): string {
  const specs = [...command.flags.flatMap(flagSpecs), "--help[Display help]", ...argumentSpecs(command)];
  return `        ${nameOf(command)}) _arguments ${specs.map(quoted).join(" ")} ;;`;
}

function flagSpecs(name: CommandText["flags"][number]): readonly string[] {
  const flag = flagText(name);
  const often = repeatable.includes(name) ? "*" : "";
  return flag.names.map((each) => {
    const equals = flag.value !== undefined && each.startsWith("--") ? "=" : "";
    return `${often}${each}${equals}[${flag.help.replaceAll(/[\]\\:]/g, "\\$&")}]${valueSpec(flag)}`;
  });
}

function valueSpec({ value, words, takesFile }: FlagText): string {
  if (value === undefined) return "";
  return `:${value}:${takesFile ? "_files" : words.length > 0 ? `(${words.join(" ")})` : ""}`;
}

function argumentSpecs(command: CommandText): readonly string[] {
  const argument = argumentOf(command);
  if (argument === "") return [];
  const words = command.words?.map(({ name, help }) => `${name}\\:${doubled(help)}`);
  if (words !== undefined) return [`1:${argument}:((${words.join(" ")}))`, "*:file:_files"];
  const usual = command.usualWords ?? [];
  return [`1:${argument}:${usual.length > 0 ? `(${usual.join(" ")})` : ""}`];
}

/** Help inside `((word\\:help))`, which zsh reads as words of a shell. */
function doubled(help: string): string {
  return `"${help.replaceAll(/["\\$`:]/g, "\\$&")}"`;
}

function pair(name: string, help: string): string {
  return `${name}:${help.replaceAll(/[\\:]/g, "\\$&")}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
