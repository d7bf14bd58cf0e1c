import { extname } from "node:path";
import { codeFile } from "../tools/code-file.ts";

/** A file of this folder: `pages/style.css`. */
export function ownFile(name: string): string {
  return codeFile(`rehearsal/${name}`);
}

/** The file of a program of this folder, `embedded/service`. */
export function programFile(name: string): string {
  return ownFile(name + extname(import.meta.url));
}
