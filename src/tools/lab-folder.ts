import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { lock } from "proper-lockfile";
import { exitCodes, LabError } from "../errors.ts";
import type { Lab } from "../lab/model.ts";
import type { RenderedFile } from "../render/files.ts";
import { readIfThere, removeIfEmpty, removePaths, writeFiles } from "./files.ts";

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

  /** The lab as it was last written, or undefined where there is none. */
  recorded(): Lab | undefined {
    return this.record()?.lab;
  }

  /** Writes a lab's files, removes those of an earlier rendering that it no longer has; returns what changed. */
  write(lab: Lab, files: readonly RenderedFile[]): readonly string[] {
    const before = this.record()?.files ?? [];
    const paths = files.map(({ path }) => path);
    const record: Record = { lab, files: paths };
    const changed = writeFiles(this.path, [
      ...files,
      { path: recordName, contents: `${JSON.stringify(record, undefined, 2)}\n` },
    ]);
    const stale = before.filter((path) => !paths.includes(path));
    if (stale.length > 0) removePaths(this.path, stale);
    return [...changed.filter((path) => path !== recordName), ...stale];
  }

  /** Removes all that the tool made here; returns the names of what somebody else put there and stays. */
  remove(): readonly string[] {
    const rendered = this.record()?.files ?? [];
    removePaths(this.path, [
      ...rendered,
      recordName,
      "logs",
      "reports",
      ".vagrant",
      "images.tar",
      "embedded",
    ]);
    return existsSync(this.path) ? readdirSync(this.path) : [];
  }

  /**
   * Runs `work` while no other mesos-lab process changes this lab.
   * @throws LabError `usage` when another one is at it.
   */
  async locked<T>(work: () => Promise<T>): Promise<T> {
    const root = dirname(this.path);
    mkdirSync(root, { recursive: true });
    const lockfilePath = `${this.path}.lock`;
    const release = await lock(this.path, { lockfilePath, realpath: false, stale: 15_000 }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "ELOCKED") throw error;
        throw new LabError(`another mesos-lab command is working on ${this.path}`, {
          exitCode: exitCodes.usage,
          remedy: ["wait until it has ended", `if none is running, remove ${lockfilePath}`],
          cause: error,
        });
      },
    );
    try {
      return await work();
    } finally {
      await release();
      removeIfEmpty(root);
    }
  }

  private record(): Record | undefined {
    const text = readIfThere(this.file(recordName));
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as Record;
    } catch (error) {
      throw new LabError(`${this.file(recordName)} is damaged`, {
        exitCode: exitCodes.usage,
        remedy: ["npx mesos-lab render"],
        cause: error,
      });
    }
  }
}

/** Names of the labs that have a folder, sorted. */
export function knownLabs(root = "generated"): readonly string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => existsSync(join(root, name, recordName)))
    .sort();
}
