import { LabError } from "../errors.ts";
import type { Lab, ProviderName, RunsOnName } from "../lab/model.ts";
import {
  type AskedPlace,
  askedPlace,
  type LabFlags,
  type LabSource,
  labName,
  parseLab,
} from "../lab/parse.ts";
import { systemWords } from "../tools/file-errors.ts";
import { readIfThere } from "../tools/files.ts";
import { knownLabs, LabFolder } from "../tools/lab-folder.ts";
import type { Emit } from "../ui/events.ts";
import type { Display } from "../ui/tasks.ts";

/** What every command gets from the command line and the terminal. */
export interface Context {
  readonly signal: AbortSignal;
  readonly display: Display;
  readonly json: boolean;
  /** Results: stdout. */
  readonly print: (text: string) => void;
  /** Progress and notes: stderr; silent under `--json`. */
  readonly note: (text: string) => void;
  /** Events: stdout under `--json`, else nowhere. */
  readonly emit: Emit;
  /** Columns of the terminal. */
  readonly width: number;
  /** Whether stdout shows colours. */
  readonly color: boolean;
}

/** The flags that say which lab is meant. */
export interface LabOptions extends LabFlags {
  readonly file?: string;
}

export const usualFile = "mesos-lab.yaml";

/**
 * The lab that the lab file and the flags describe; `fallbackProvider` is used where neither names one, `auto` is
 * what `--runs-on auto` means.
 */
export function describedLab(options: LabOptions, fallbackProvider?: ProviderName, auto?: RunsOnName): Lab {
  const { file: _, ...flags } = options;
  return parseLab(sourceOf(options), flags, fallbackProvider, auto);
}

/** The name that they give the lab, whatever else they say. */
export function describedName(options: LabOptions): string {
  const { file: _, ...flags } = options;
  return labName(sourceOf(options), flags);
}

/** Where the lab file and the flags want the lab to run. */
export function askedPlaceOf(options: LabOptions): AskedPlace {
  const { file: _, ...flags } = options;
  return askedPlace(sourceOf(options), flags);
}

/** The lab file's text; undefined where nobody names one and none is there. @throws LabError `usage` */
export function sourceOf({ file }: Pick<LabOptions, "file">): LabSource | undefined {
  const path = file ?? usualFile;
  const text = readLabFile(path);
  if (text === undefined && file !== undefined)
    throw new LabError("lab-file-missing", `there is no lab file ${file}`, {
      remedy: ["leave --file out for the tutorial's lab"],
    });
  return text === undefined ? undefined : { text, file: path };
}

function readLabFile(path: string): string | undefined {
  try {
    return readIfThere(path);
  } catch (error) {
    throw new LabError(
      "lab-file-unreadable",
      `the lab file ${path} cannot be read: ${systemWords(error as NodeJS.ErrnoException)}`,
      {
        cause: error,
      },
    );
  }
}

export interface MadeLab {
  readonly lab: Lab;
  readonly folder: LabFolder;
}

/**
 * The lab that exists already: the named one, the only one there is, or the one that the lab file names.
 * It is read from its own folder, so that an edited or broken lab file cannot get in the way.
 */
export function madeLab(options: LabOptions): MadeLab {
  const labs = knownLabs();
  // A file that somebody names is meant, whatever labs there are.
  const only = options.file === undefined && labs.length === 1 ? labs[0] : undefined;
  const name = options.name ?? only ?? nameInFile(options, labs);
  const folder = new LabFolder(name);
  const lab = folder.recorded();
  if (lab === undefined)
    throw new LabError("lab-missing", `there is no lab "${name}" here (${folder.path})`, {
      details: labs.length > 0 ? [`labs here: ${labs.join(", ")}`] : [],
      remedy: ["npx mesos-lab create"],
    });
  return { lab, folder };
}

function nameInFile(options: LabOptions, labs: readonly string[]): string {
  if (labs.length > 1 && readLabFile(options.file ?? usualFile) === undefined)
    throw new LabError("lab-not-named", "there are several labs here", {
      details: [`labs here: ${labs.join(", ")}`],
      remedy: labs.map((lab) => `--name ${lab}`),
    });
  const name = describedName(options);
  return labs.includes(name) ? name : describedLab(options).name;
}
