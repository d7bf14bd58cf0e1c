import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface FakePrograms {
  /** The folder of the programs: the whole PATH of what is tested. */
  readonly path: string;
  /** Adds a program that runs these lines with /bin/sh. */
  add(name: string, script: string): void;
  /** Takes a program away. */
  drop(name: string): void;
  remove(): void;
}

/** A folder of programs that say what they are told to say; nothing else is on the PATH. */
export function fakePrograms(programs: Readonly<Record<string, string>>): FakePrograms {
  const path = mkdtempSync(join(tmpdir(), "mesos-lab-programs-"));
  const add = (name: string, script: string) => {
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, name), 0o755);
  };
  for (const [name, script] of Object.entries(programs)) add(name, script);
  const drop = (name: string) => rmSync(join(path, name));
  return { path, add, drop, remove: () => rmSync(path, { recursive: true, force: true }) };
}
