import { existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { lock } from "proper-lockfile";
import { exitCodes, LabError } from "../errors.ts";
import type { Lab } from "../lab/model.ts";
import type { RenderedFile } from "../render/files.ts";
import { filesBelow, listIfThere, readIfThere, removeIfEmpty, removePaths, writeFiles } from "./files.ts";

/** What a lab's folder remembers, so that later commands need neither the lab file nor the flags. */
interface Record {
  readonly lab: Lab;
  /** Paths of the rendered files. */
  readonly files: readonly string[];
}

const recordName = "lab.json";

/** The folder of one lab: `generated/<name>` below the working directory. */
export class LabFolder {
  readonly path: string;

  constructor(name: string, root = "generated") {
    this.path = resolve(root, name);
  }

  file(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  /** The log of one step; started anew by every run of the step. */
  freshLog(step: string): string {
    mkdirSync(this.file("logs"), { recursive: true });
    const path = this.file("logs", `${step}.log`);
    rmSync(path, { force: true });
    return path;
  }

  /**
   * The lab as it was last written, or undefined where there is none.
   * @throws LabError `usage` when the record is damaged.
   */
  recorded(): Lab | undefined {
    const record = this.record();
    if (record !== "damaged") return record?.lab;
    throw new LabError(`${this.file(recordName)} is damaged`, {
      exitCode: exitCodes.usage,
      remedy: [`write it anew: npx mesos-lab render --name ${basename(this.path)}`],
    });
  }

  /** The same, and undefined also where the record is damaged: for those who write it anew. */
  recordedIfWhole(): Lab | undefined {
    const record = this.record();
    return record === "damaged" ? undefined : record?.lab;
  }

  /** The machines that Vagrant has made here, by its own records. */
  madeMachines(): readonly { readonly name: string; readonly provider: string }[] {
    const machines = this.file(".vagrant", "machines");
    return listIfThere(machines)
      .flatMap((name) => listIfThere(join(machines, name)).map((provider) => ({ name, provider })))
      .filter(({ name, provider }) => existsSync(join(machines, name, provider, "id")));
  }

  /** Writes a lab's files, removes those of an earlier rendering that it no longer has; returns what changed. */
  write(lab: Lab, files: readonly RenderedFile[]): readonly string[] {
    const record = this.record();
    const before = record === "damaged" ? [] : (record?.files ?? []);
    const paths = files.map(({ path }) => path);
    const next: Record = { lab, files: paths };
    const changed = writeFiles(this.path, [
      ...files,
      { path: recordName, contents: `${JSON.stringify(next, undefined, 2)}\n` },
    ]);
    const stale = before.filter((path) => !paths.includes(path));
    if (stale.length > 0) removePaths(this.path, stale);
    return [...changed.filter((path) => path !== recordName), ...stale];
  }

  /** Removes all that the tool made here; returns the paths of what somebody else put there and stays. */
  remove(): readonly string[] {
    const record = this.record();
    const rendered = record === "damaged" ? [] : (record?.files ?? []);
    removePaths(this.path, [
      ...rendered,
      recordName,
      "logs",
      "reports",
      ".vagrant",
      "images.tar",
      "embedded",
      "hosts",
      "bundle",
      "bundle.part",
    ]);
    return filesBelow(this.path);
  }

  /** Removes this folder where nothing is in it. */
  removeIfEmpty(): void {
    removeIfEmpty(this.path);
  }

  /**
   * Runs `work` while no other mesos-lab process changes this lab.
   * @throws LabError `usage` when another one is at it.
   */
  async locked<T>(work: () => Promise<T>): Promise<T> {
    const root = dirname(this.path);
    mkdirSync(root, { recursive: true });
    const lockfilePath = `${this.path}.lock`;
    let lost = false;
    const onCompromised = () => {
      // The folder was removed, or this computer slept and another command took over: no reason to drop the work.
      lost = true;
    };
    const release = await lock(this.path, {
      lockfilePath,
      realpath: false,
      stale: 15_000,
      onCompromised,
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ELOCKED") throw error;
      throw new LabError(`another mesos-lab command is working on ${this.path}`, {
        exitCode: exitCodes.usage,
        remedy: ["wait until it has ended", `if none is running, remove ${lockfilePath}`],
        cause: error,
      });
    });
    try {
      return await work();
    } finally {
      if (!lost) await release();
      removeIfEmpty(root);
    }
  }

  private record(): Record | "damaged" | undefined {
    const text = readIfThere(this.file(recordName));
    if (text === undefined) return undefined;
    try {
      const record: unknown = JSON.parse(text);
      return isRecord(record) ? record : "damaged";
    } catch {
      return "damaged";
    }
  }
}

/** Its paths are removed one day: none may lead out of the folder. */
function isRecord(value: unknown): value is Record {
  const { lab, files } = (value ?? {}) as Partial<Record>;
  const inside = (path: unknown) =>
    typeof path === "string" && !isAbsolute(path) && !path.split(/[\\/]/).includes("..");
  return Array.isArray(lab?.machines) && Array.isArray(files) && files.every(inside);
}

/** Names of the labs that have a folder, sorted. */
export function knownLabs(root = "generated"): readonly string[] {
  return listIfThere(root)
    .filter((name) => existsSync(join(root, name, recordName)))
    .sort();
}
