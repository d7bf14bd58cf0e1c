import { parseLab } from "../../src/lab/parse.ts";
import { additionsDoc } from "./additions.ts";
import { environmentTable } from "./environment.ts";
import { labFileDoc } from "./lab-file.ts";
import { labFileJsonSchema } from "./lab-file-schema.ts";
import { librariesTable } from "./libraries.ts";

/** The documents that are made from the code, wholly or in part: each gets its text as it is and gives the text it should have. */
export const documents: Readonly<Record<string, (now: string) => string>> = {
  "docs/additions.md": () => additionsDoc(parseLab(undefined, { stack: "classic" })),
  "docs/lab-file.md": () => labFileDoc(),
  "docs/lab-file.schema.json": () => labFileJsonSchema(),
  "docs/architecture.md": (now) => withPart(now, "libraries", librariesTable()),
  "docs/environment.md": (now) => withPart(now, "environment", environmentTable()),
  "README.md": (now) => withPart(now, "libraries", librariesTable()),
};

/** The text with another part between the comments that name it. */
function withPart(text: string, name: string, part: string): string {
  const [begin, end] = [`<!-- ${name}: made by npm run docs -->\n`, `\n<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`there are no comments ${begin.trim()} and ${end.trim()}`);
  return text.slice(0, from) + begin + part + text.slice(to);
}
