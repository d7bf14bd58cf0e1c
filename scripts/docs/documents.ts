import { parseLab } from "../../src/lab/parse.ts";
import { verbs } from "../../src/verbs.ts";
import { additionsDoc } from "./additions.ts";
import { drillsTable } from "./drills.ts";
import { environmentTable } from "./environment.ts";
import { errorsDoc } from "./errors.ts";
import { eventsTable } from "./events.ts";
import { exitCodesTable } from "./exit-codes.ts";
import { labFileDoc } from "./lab-file.ts";
import { labFileJsonSchema } from "./lab-file-schema.ts";
import { librariesTable } from "./libraries.ts";
import { manPage } from "./man.ts";

/** The documents that are made from the code, wholly or in part: each gets its text as it is and gives the text it should have. */
export const documents: Readonly<Record<string, (now: string) => string>> = {
  "docs/additions.md": () => additionsDoc(parseLab(undefined, { stack: "classic" })),
  "docs/errors.md": () => errorsDoc(),
  "docs/lab-file.md": () => labFileDoc(),
  "docs/lab-file.schema.json": () => labFileJsonSchema(),
  "docs/mesos-lab.1": () => manPage(verbs),
  "docs/architecture.md": (now) => withPart(now, "libraries", librariesTable()),
  "docs/drills.md": (now) => withPart(now, "drills", drillsTable()),
  "docs/environment.md": (now) => withPart(now, "environment", environmentTable()),
  "docs/watch.md": (now) => withPart(now, "events", eventsTable()),
  "README.md": (now) =>
    withPart(withPart(now, "exit codes", exitCodesTable()), "libraries", librariesTable()),
};

/** The text with another part between the comments that name it. */
function withPart(text: string, name: string, part: string): string {
  const [begin, end] = [`<!-- ${name}: made by npm run docs -->\n`, `\n<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`there are no comments ${begin.trim()} and ${end.trim()}`);
  return text.slice(0, from) + begin + part + text.slice(to);
}
