import { passedOn } from "../../src/tools/environment.ts";

/** The variables that programs are passed, as a table. */
export function environmentTable(): string {
  const rows = passedOn.map(({ what, names }) => `| ${what} | ${names.replaceAll(/\S+/g, "`$&`")} |`);
  return ["| what | variables |", "|---|---|", ...rows].join("\n");
}
