import {
  closeSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import type { DrillReport } from "../drills/model/report.ts";
import { reportHtml } from "../drills/report/page.ts";
import { LabError } from "../errors.ts";
import { systemWords } from "../tools/file-errors.ts";
import { removeIfEmpty } from "../tools/files.ts";
import type { LabFolder } from "../tools/lab-folder.ts";

/** Room for the reports of a drill; where there is none, nothing is broken. */
const reservedBytes = 1024 * 1024;

/** The files of a drill's reports: the page for people, and its data. */
export interface DrillFiles {
  /** The page's path. */
  readonly page: string;
  /** Writes what was found so far. */
  write(reports: readonly DrillReport[]): void;
  /** Removes files that were reserved for nothing. */
  discard(): void;
}

/**
 * Makes the files of a drill before anything is broken, with room in them for its reports.
 * @param stamp when the drill began, ISO 8601.
 * @throws LabError `preflight` where they cannot be written.
 */
export function reserveDrillFiles(folder: LabFolder, drill: string, stamp: string): DrillFiles {
  const reports = folder.file("reports");
  const base = folder.file("reports", reportName(drill, stamp));
  const [data, page] = [`${base}.json`, `${base}.html`];
  const made: string[] = [];
  let madeFolder = false;
  const discard = () => {
    for (const path of made) rmSync(path, { force: true });
    if (madeFolder) removeIfEmpty(reports);
  };
  try {
    if (lstatSync(reports, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new Error("it is a link, and nothing is written where that leads");
    madeFolder = mkdirSync(reports, { recursive: true }) !== undefined;
    for (const path of [data, page]) {
      closeSync(openSync(path, "wx"));
      made.push(path);
      writeFileSync(path, Buffer.alloc(reservedBytes), { flag: "r+", flush: true });
    }
  } catch (error) {
    discard();
    throw unwritable("no report could be written here, so nothing was broken", reports, error);
  }
  return {
    page,
    discard,
    write: (found) => {
      try {
        overwrite(data, `${JSON.stringify(found, undefined, 2)}\n`);
        overwrite(page, reportHtml(found));
      } catch (error) {
        throw unwritable("the drill is over, but its report could not be written", reports, error);
      }
    },
  };
}

/** How a report is called, without what tells its kind. @param stamp when what it is about began, ISO 8601 */
export function reportName(about: string, stamp: string): string {
  return `${about}-${stamp.replaceAll(/[-:]|\..*/g, "")}`;
}

/** In place: the room that was reserved stays the file's until all is written. */
function overwrite(path: string, text: string): void {
  const file = openSync(path, "r+");
  try {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, done);
    ftruncateSync(file, bytes.length);
  } finally {
    closeSync(file);
  }
}

function unwritable(message: string, path: string, error: unknown): LabError {
  return new LabError("report-not-writable", message, {
    details: [`${path}: ${systemWords(error as NodeJS.ErrnoException)}`],
    remedy: ["run mesos-lab in a folder that you may write to, on a disk with room left"],
    cause: error,
  });
}
