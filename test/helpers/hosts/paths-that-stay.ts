import { readFileSync } from "node:fs";
import { loginUser } from "./hosts.ts";

const text = readFileSync(new URL("../../../docs/hosts.md", import.meta.url), "utf8");

/** What the documentation says stays on a host after a lab: paths of files, and of folders with all below them. */
export const pathsThatStay = listed("paths");

/** The same where the lab has installed packages, and removed them again. */
export const pathsAfterPackages = [...pathsThatStay, ...listed("paths after packages")];

function listed(name: string): readonly string[] {
  const [, list] = text.split(new RegExp(`<!-- (?:${name}:.*|end of ${name}) -->\\n`));
  if (list === undefined) throw new Error(`docs/hosts.md has no list of ${name}`);
  return list.split("\n").flatMap((line) => {
    const [names = ""] = line.split(": ");
    return [...names.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path.replace("~", `/home/${loginUser}`));
  });
}
