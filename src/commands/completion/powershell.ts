import { type CommandText, firstWords, flagNames, flagsOf, nameOf } from "../../command-line.ts";

/** For Windows PowerShell 5 and PowerShell 7. Where nothing is offered, PowerShell completes files' names. */
export function powershell(commands: readonly CommandText[]): string {
  const valued = flagsOf(commands).filter(({ value }) => value !== undefined);
  return `# Completion of mesos-lab in PowerShell. In $PROFILE:
#   mesos-lab completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'mesos-lab', 'mesos-lab.cmd' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $commands = @{
${commands.map((command) => `        ${quoted(nameOf(command))} = ${quoted(command.help)}`).join("\n")}
    }
    $firstWords = @{
${commands.flatMap(firstWordsEntry).join("\n")}
    }
    $flags = @{
${commands.map((command) => `        ${quoted(nameOf(command))} = ${list(flagNames(command))}`).join("\n")}
    }
    $values = @{
${valued.flatMap(({ names, words }) => names.map((name) => `        ${quoted(name)} = ${list(words)}`)).join("\n")}
    }
    $given = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    if ($given -contains '--') { return }
    $command = ''
    $argument = ''
    for ($i = 0; $i -lt $given.Count; $i++) {
        if ($values.ContainsKey($given[$i])) { $i++ }
        elseif (-not $given[$i].StartsWith('-')) {
            if ($command -eq '') { $command = $given[$i] } else { $argument = $given[$i] }
        }
    }
    $before = if ($given.Count -gt 0) { $given[-1] } else { '' }
    $offered = @()
    if ($values.ContainsKey($before)) { $offered = $values[$before] }
    elseif ($command -eq '') { $offered = $commands.Keys | Sort-Object }
    elseif ($wordToComplete.StartsWith('-')) { $offered = $flags[$command] }
    elseif ($argument -eq '') { $offered = $firstWords[$command] }
    $offered | Where-Object { $_ -and $_.StartsWith($wordToComplete) } | ForEach-Object {
        $help = if ($command -eq '' -and $commands.ContainsKey($_)) { $commands[$_] } else { $_ }
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $help)
    }
}
`;
}

function firstWordsEntry(command: CommandText): readonly string[] {
  const words = firstWords(command);
  return words.length === 0 ? [] : [`        ${quoted(nameOf(command))} = ${list(words)}`];
}

function list(words: readonly string[]): string {
  return `@(${words.map(quoted).join(", ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
