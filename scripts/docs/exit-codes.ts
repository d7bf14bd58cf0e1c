import { exitCodes } from "../../src/errors.ts";

export const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: "done",
  bug: "a fault of this tool",
  usage: "a wrong flag, command, lab file or bundle, or a no to a question; nothing was changed",
  preflight: "the host lacks something; nothing was changed",
  tool: "Vagrant, Ansible or another program failed; the lab is left for inspection",
  verify: "the lab does not do what it should",
  notRecovered: "the lab did not recover from a drill by the deadline",
  interrupted: "interrupted",
};

/** Each exit code with its meaning, in the order of the codes. */
export const exitCodeMeanings: readonly (readonly [number, string])[] = Object.entries(exitCodes)
  .map(([name, code]) => [code, meanings[name as keyof typeof exitCodes]] as const)
  .sort(([a], [b]) => a - b);

export function exitCodesTable(): string {
  const rows = exitCodeMeanings.map(([code, meaning]) => `| ${code} | ${meaning} |`);
  return ["| exit code | meaning |", "|---|---|", ...rows].join("\n");
}
