import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { LabError } from "../errors.ts";
import { systemWords } from "../tools/file-errors.ts";
import type { Hub } from "./hub.ts";

/** A recording that is being written. */
export interface Recorder {
  /** Ends it; where nothing was told, no file is left. Tells why it is not whole, if it is not. */
  close(): { readonly empty: boolean; readonly failure: LabError | undefined };
}

/**
 * Opens a file for a recording. @param over whether it may take the place of a file
 * @throws LabError `preflight` where its folder is missing, and the system's errors.
 */
export function openRecording(file: string, over: boolean): number {
  try {
    return openSync(file, over ? "w" : "wx");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw new LabError("file-refused", `${file} cannot be written: there is no folder ${dirname(file)}`, {
      remedy: ["make the folder first, or name a file elsewhere"],
      cause,
    });
  }
}

/**
 * Writes what the hub is told, a line each, as it comes: who is killed loses at most the last one.
 * A disk that is full ends the recording and not the watch; the hub is told of it.
 * @param to an open file. @param file its name, for people
 */
export function record(hub: Hub, to: number, file: string): Recorder {
  let whole = 0;
  let failure: LabError | undefined;
  const leave = hub.listen((event) => {
    if (failure !== undefined) return;
    try {
      whole += writeAll(to, `${JSON.stringify(event)}\n`);
    } catch (cause) {
      const why = systemWords(cause as NodeJS.ErrnoException);
      failure = new LabError("file-refused", `${file} could not be written to its end: ${why}`, {
        details: [`it ends before ${event.at}`],
        remedy: whole === 0 ? [] : [`see what it has: npx mesos-lab watch --plain ${file}`],
        cause,
      });
      dropHalf(to, whole);
      hub.found({ event: "look", id: "recording", state: "silent", seen: why });
    }
  });
  return {
    close: () => {
      leave();
      closeSync(to);
      const empty = whole === 0;
      if (empty) rmSync(file, { force: true });
      return { empty, failure };
    },
  };
}

/** Returns how many bytes that are. */
function writeAll(to: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) done += writeSync(to, bytes, done);
  return bytes.length;
}

/** Half a line is left out when it is read, too. */
function dropHalf(to: number, whole: number): void {
  try {
    ftruncateSync(to, whole);
  } catch {
    // The disk has more to refuse.
  }
}
