import { basename, dirname, join, parse } from "node:path";
import { exitCodes, LabError } from "../../errors.ts";
import { systemWords } from "../../tools/file-errors.ts";
import { readIfThere, writeFiles } from "../../tools/files.ts";
import { parseRecording, type Recording } from "../../watch/model/recording.ts";
import { isReplay, replayHtml } from "../../watch/page/page.ts";
import type { Context } from "../context.ts";
import { mayWrite } from "../may-write.ts";
import { printLine } from "./events.ts";

export interface ReplayOptions {
  /** Lines in the terminal, and no page. */
  readonly plain?: boolean;
  /** The page's file; unless it says so, beside the recording. */
  readonly output?: string;
  readonly yes?: boolean;
}

/** `watch FILE`: makes a page of a recording, or prints it as lines. */
export async function replay(
  file: string,
  { plain = false, output, yes = false }: ReplayOptions,
  context: Context,
): Promise<number> {
  const recording = parseRecording(recordedIn(file), file);
  tellWhatIsLeftOut(recording, context);
  if (plain) {
    for (const { event, line } of recording.items) if (line) printLine({ ...line, at: event.at }, context);
    return exitCodes.ok;
  }
  const page = output ?? join(dirname(file), `${parse(file).name}.html`);
  await mayWrite({ file: page, flag: "output", yes, same: { name: "replay", is: isReplay } }, context);
  writeFiles(dirname(page), [{ path: basename(page), contents: replayHtml(recording) }]);
  context.print(page);
  context.note("open this file in a browser: it needs no network and no mesos-lab");
  return exitCodes.ok;
}

function recordedIn(file: string): string {
  const remedy = ["npx mesos-lab watch --record <file>"];
  let text: string | undefined;
  try {
    text = readIfThere(file);
  } catch (cause) {
    const why = systemWords(cause as NodeJS.ErrnoException);
    throw new LabError("recording-unreadable", `${file} cannot be read: ${why}`, { remedy, cause });
  }
  if (text !== undefined) return text;
  throw new LabError("recording-unreadable", `there is no recording ${file}`, { remedy });
}

function tellWhatIsLeftOut({ cutOff, unknown }: Recording, { note }: Context): void {
  if (cutOff) note("its last line is cut off: that is left out");
  if (unknown > 0) note(`${unknown} lines are of kinds that this version does not know: they are left out`);
}
