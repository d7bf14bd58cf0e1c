import { readFileSync, writeFileSync } from "node:fs";
import { documents } from "./documents.ts";

// `npm run docs` writes every document that is made from the code.
const root = new URL("../..", import.meta.url);
for (const [path, make] of Object.entries(documents)) {
  const file = new URL(path, root);
  writeFileSync(file, make(readFileSync(file, "utf8")));
}
