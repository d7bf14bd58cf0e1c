import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { HostsLab, Machine } from "../../lab/model.ts";
import { sshConfig, sshDestination } from "../../render/ssh-config.ts";
import { readIfThere, writeFiles } from "../../tools/files.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import type { Reach } from "../../tools/ssh.ts";
import { withTemporaryFolder } from "../../tools/temporary.ts";
import { pinnedKeys } from "./host-keys.ts";

/** Where a lab on hosts keeps what it knows of them: the ssh configuration, the pinned keys, its own mark. */
export interface HostFiles {
  readonly folder: string;
  /** The lab's ssh configuration. */
  readonly config: string;
  readonly knownHosts: string;
}

const configName = "ssh_config";
const knownHostsName = "known_hosts";
const markName = "lab-id";

export function hostFiles(folder: LabFolder): HostFiles {
  return filesIn(folder.file("hosts"));
}

function filesIn(folder: string): HostFiles {
  return { folder, config: join(folder, configName), knownHosts: join(folder, knownHostsName) };
}

/** The same in a folder of its own, with the keys that are pinned so far, for as long as `work` takes: nothing of it stays. */
export function withPassingFiles<T>(
  { knownHosts }: HostFiles,
  work: (files: HostFiles) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder((folder) => {
    const known = readIfThere(knownHosts);
    if (known !== undefined) writeFiles(folder, [{ path: knownHostsName, contents: known }]);
    return work(filesIn(folder));
  });
}

/** Writes the ssh configuration for the keys that are pinned by now. */
export function writeConfig(lab: HostsLab, { folder, knownHosts }: HostFiles): void {
  const names = new Set(pinnedKeys(readIfThere(knownHosts) ?? "").keys());
  writeFiles(folder, [{ path: configName, contents: sshConfig(lab, { file: knownHosts, names }) }]);
}

export function reachOf(lab: HostsLab, { config }: HostFiles, machine: Machine): Reach {
  return { destination: sshDestination(lab, machine), flags: ["-F", config] };
}

/** The mark by which this lab knows its notes on hosts; undefined before it has taken any. */
export function labMark({ folder }: HostFiles): string | undefined {
  return readIfThere(join(folder, markName))?.trim();
}

/** The same; made where there is none. */
export function madeLabMark(files: HostFiles): string {
  const mark = labMark(files) ?? randomUUID();
  writeFiles(files.folder, [{ path: markName, contents: `${mark}\n` }]);
  return mark;
}
