import {
  type CommandText,
  type FlagText,
  firstWords,
  flagNames,
  flagsOf,
  nameOf,
} from "../../command-line.ts";

/** For bash 3.2 and later, which is what macOS has. What has no words of its own is completed as a file's name. */
export function bash(commands: readonly CommandText[]): string {
  const valued = flagsOf(commands).filter(({ value }) => value !== undefined);
  const withWords = valued.filter(({ words }) => words.length > 0);
  const others = valued.filter(({ words }) => words.length === 0);
  return `# shellcheck shell=bash disable=SC2207
# Completion of mesos-lab in bash. In ~/.bashrc: source <(mesos-lab completion bash)
_mesos_lab() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local command="" argument="" words="" flags="" i
  COMPREPLY=()
  # bash splits --stack=classic at the equals sign.
  if [[ $word == = ]]; then word=""; elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --) return ;;
      =) ((i++)) ;;
      ${names(valued)}) [[ \${COMP_WORDS[i + 1]} == = ]] || ((i++)) ;;
      -*) ;;
      *) if [[ -z $command ]]; then command=\${COMP_WORDS[i]}; else argument=\${COMP_WORDS[i]}; fi ;;
    esac
  done
  case $before in
${withWords.map((flag) => `    ${names([flag])}) ${reply(flag.words)}; return ;;`).join("\n")}
    ${names(others)}) return ;;
  esac
  case $command in
    "") words="${commands.map(nameOf).join(" ")}" flags="--help --version" ;;
${commands.map(commandCase).join("\n")}
  esac
  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$word"))
  elif [[ -z $argument ]]; then COMPREPLY=($(compgen -W "$words" -- "$word")); fi
}
complete -o bashdefault -o default -F _mesos_lab mesos-lab
`;
}

function commandCase(command: CommandText): string {
  const [words, flags] = [firstWords(command).join(" "), flagNames(command).join(" ")];
  return `    ${nameOf(command)}) words="${words}" flags="${flags}" ;;`;
}

function names(flags: readonly FlagText[]): string {
  return flags.flatMap((flag) => flag.names).join(" | ");
}

function reply(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$word"))`;
}
