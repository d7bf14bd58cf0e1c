import { errorIds } from "../../src/error-ids.ts";
import { exitCodes } from "../../src/errors.ts";
import { errorTexts } from "./error-texts.ts";
import { meanings } from "./exit-codes.ts";

/** Every error by its id, under the exit code that it ends with. */
export function errorsDoc(): string {
  const parts = Object.entries(errorIds).map(([name, ids]) => {
    const kind = name as keyof typeof errorIds;
    const rows = ids.map((id) => `| \`${id}\` | ${errorTexts[id].join(" | ")} |`);
    return [
      `## Exit code ${exitCodes[kind]}: ${meanings[kind]}`,
      "",
      "| id | what it means | what helps |",
      "|---|---|---|",
      ...rows,
      "",
    ];
  });
  return [
    "# Errors",
    "",
    "Made from the code by `npm run docs`. The last line of an error names its id: `error: lab-missing`. With `--json` it is",
    'the field `id` of `{"event":"error"}`. Ids and exit codes stay the same; sentences may change.',
    "",
    "The lines that begin with `try:` fit your lab. They come first; this page tells the rest.",
    "",
    ...parts.flat(),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}
