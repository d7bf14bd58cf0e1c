import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { LabError } from "../errors.ts";
import type { Lab } from "../lab/model.ts";
import { formatRecord, type LabRecord, parseRecord, type RecordedFlags } from "../lab/record.ts";
import type { RenderedFile } from "../render/files.ts";
import { filesBelow, listIfThere, readIfThere, removeIfEmpty, removePaths, writeFiles } from "./files.ts";
import { type Holder, holderOf, withLabLock } from "./lab-lock.ts";
import { isLink, isReachedDirectly, ownFolder } from "./own-folder.ts";

const recordName = "lab.json";
/** What a student has done of the lesson. */
export const lessonName = "lesson.json";
/** The sealed record of a fault that a student is to find. */
export const incidentName = "incident.sealed";
/** The key with which the lab signs what a student has done. */
export const keyName = "lesson.key";
/** The apps whose tasks are being moved away from slaves that leave. */
export const movingName = "moving.json";
/** What the last `create` left. */
export const leftName = "left.json";
/** Of which lab the machines have snapshots. */
export const freshName = "fresh.json";
/** The Vagrant that is at work. */
export const vagrantName = "vagrant.json";

/** What the tool keeps in a lab's folder from run to run, and no playbook looks for by its name. */
const kept: ReadonlySet<string> = new Set([
  ...[lessonName, incidentName, keyName, leftName, freshName, movingName, vagrantName],
  ...["logs", "reports", ".vagrant", "images.tar", "images", "embedded", "bundle", "bundle.part"],
]);

/** The folder of one lab: `generated/<name>` below the working directory. */
export class LabFolder {
  readonly path: string;

  private readonly root: string;

  constructor(name: string, root = "generated") {
    this.root = root;
    this.path = ownFolder(name, root);
  }

  file(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  /** The log of one step; started anew by every run of the step. */
  freshLog(step: string): string {
    mkdirSync(this.file("logs"), { recursive: true, mode: 0o700 });
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
    throw new LabError("record-damaged", `${this.file(recordName)} is damaged`, {
      remedy: this.isRecordPlain()
        ? [`write it anew: npx mesos-lab render --name ${basename(this.path)}`]
        : [`it is no plain file, remove it: rm -r ${this.file(recordName)}`],
    });
  }

  /** The same, and undefined also where the record is damaged: for those who write it anew. */
  recordedIfWhole(): Lab | undefined {
    const record = this.record();
    return record === "damaged" ? undefined : record?.lab;
  }

  /** The flags that described the lab when it was last written. */
  recordedFlags(): RecordedFlags {
    const record = this.record();
    return record === undefined || record === "damaged" ? {} : record.flags;
  }

  /** The machines that Vagrant has made here, by its own records. */
  madeMachines(): readonly { readonly name: string; readonly provider: string }[] {
    const machines = this.file(".vagrant", "machines");
    return listIfThere(machines)
      .flatMap((name) => listIfThere(join(machines, name)).map((provider) => ({ name, provider })))
      .filter(({ name, provider }) => existsSync(join(machines, name, provider, "id")));
  }

  /** The machines that the lab no longer has and that are not released, in the lab of which they were. */
  leaving(): Lab | undefined {
    const record = this.record();
    return record === "damaged" ? undefined : record?.leaving;
  }

  /** They are released. */
  forgetLeaving(): void {
    const record = this.record();
    if (record === undefined || record === "damaged") return;
    const { leaving: _, ...rest } = record;
    writeFiles(this.path, [{ path: recordName, contents: formatRecord(rest) }]);
  }

  /**
   * Writes a lab's files, removes those of an earlier rendering that it no longer has; returns what changed.
   * @param leaving as `leaving()` is to tell it.
   */
  write(
    lab: Lab,
    files: readonly RenderedFile[],
    flags: RecordedFlags = {},
    leaving?: Lab,
  ): readonly string[] {
    const record = this.record();
    const before = record === "damaged" ? [] : (record?.files ?? []);
    const paths = files.map(({ path }) => path);
    this.refuseLinksTo(paths);
    const next: LabRecord = { lab, flags, files: paths, ...(leaving && { leaving }) };
    const changed = writeFiles(this.path, [...files, { path: recordName, contents: formatRecord(next) }]);
    const stale = before.filter((path) => !paths.includes(path));
    removePaths(
      this.path,
      stale.filter((path) => isReachedDirectly(this.path, path)),
    );
    return [...changed.filter((path) => path !== recordName), ...stale];
  }

  /** Writes what is no part of a rendering, such as a report. */
  writeBeside(files: readonly RenderedFile[]): void {
    this.refuseLinksTo(files.map(({ path }) => path));
    writeFiles(this.path, files);
  }

  private refuseLinksTo(paths: readonly string[]): void {
    for (const path of paths)
      if (!isReachedDirectly(this.path, path))
        throw new LabError("symbolic-link", `${this.file(path)} is reached through a symbolic link`, {
          remedy: ["remove the link: mesos-lab writes into folders of its own only"],
        });
  }

  /** The paths of what lies here beside rendered files and what the tool itself keeps from run to run. */
  filesOfOthers(rendered: readonly string[]): readonly string[] {
    const own = new Set<string>([...rendered, recordName]);
    return filesBelow(this.path).filter((path) => !own.has(path) && !kept.has(path.split(sep)[0] as string));
  }

  /** Removes all that the tool made here; returns the paths of what somebody else put there and stays. */
  remove(): readonly string[] {
    const record = this.record();
    const rendered = record === "damaged" ? [] : (record?.files ?? []);
    removePaths(this.path, [
      ...rendered.filter((path) => isReachedDirectly(this.path, path)),
      recordName,
      "hosts",
      ...kept,
    ]);
    return filesBelow(this.path);
  }

  /** Removes this folder where nothing is in it. */
  removeIfEmpty(): void {
    removeIfEmpty(this.path);
  }

  /** Who works on this lab at the moment, if anybody does. */
  holder(): Holder | undefined {
    return holderOf(this.path);
  }

  /**
   * Runs `work` while no other mesos-lab process changes this lab.
   * @throws LabError `usage` when another one is at it.
   */
  locked<T>(work: () => Promise<T>): Promise<T> {
    // A link to another disk is the user's, and so is what it leads to.
    return withLabLock(this.path, !isLink(this.root), work);
  }

  private isRecordPlain(): boolean {
    return statSync(this.file(recordName), { throwIfNoEntry: false })?.isFile() !== false;
  }

  private record(): LabRecord | "damaged" | undefined {
    // A folder of its name is no record either.
    if (!this.isRecordPlain()) return "damaged";
    const text = readIfThere(this.file(recordName));
    return text === undefined ? undefined : (parseRecord(text) ?? "damaged");
  }
}

/** Names of the labs that have a folder, sorted. */
export function knownLabs(root = "generated"): readonly string[] {
  return listIfThere(root)
    .filter((name) => existsSync(join(root, name, recordName)))
    .sort();
}
