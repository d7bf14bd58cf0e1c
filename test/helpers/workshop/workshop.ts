import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildTool } from "../built-tool.ts";
import { keep } from "../run/keep.ts";
import { filesIn, runningIn } from "../run/leftovers.ts";

/** A place for a program that makes labs: one folder for all that it makes, gone with the program however that ends. */
export interface Workshop {
  /** Of a new folder in here, for one lab. */
  folder(): string;
  /** The tool, built in here. */
  readonly cli: string;
  /** What is left of all that was made in the folders so far: none when everything was removed. */
  left(): string[];
  close(): Promise<void>;
}

/** Temporary files of this process, and of what it starts, are in the workshop from now on. */
export function openWorkshop(): Workshop {
  const place = mkdtempSync(join(tmpdir(), "w-"));
  const close = keep(place);
  const labs = join(place, "labs");
  const temporary = join(place, "tmp");
  for (const folder of [labs, temporary]) mkdirSync(folder);
  process.env.TMPDIR = temporary;
  return {
    folder: () => mkdtempSync(join(labs, "l-")),
    cli: buildTool(join(place, "tool")),
    left: () => [...runningIn(place), ...filesIn(labs), ...filesIn(temporary)].map(({ what }) => what),
    close,
  };
}
