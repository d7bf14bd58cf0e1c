import { stripVTControlCharacters } from "node:util";
import type { Context } from "./commands/context.ts";
import { exitCodes, formatError, LabError, remedies } from "./errors.ts";
import { interruption } from "./interruption.ts";
import { ProbeError } from "./probes/probe-error.ts";
import { parseCommandLine } from "./program.ts";
import { explainFileError, systemWords } from "./tools/file-errors.ts";
import { packageVersion } from "./tools/files.ts";
import { wantsColor } from "./ui/color.ts";
import type { LabEvent } from "./ui/events.ts";
import { chooseDisplay } from "./ui/tasks.ts";
import { forTerminal, jsonLine } from "./untrusted.ts";

// A reader that closes early (`mesos-lab status | head -1`) is no failure. What still runs is ended in order:
// an exit at once would leave Vagrant or Ansible at work with nobody watching.
let unread = false;
/** A disk may be full that the result goes to. */
let unwritable: NodeJS.ErrnoException | undefined;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // EIO: the terminal is gone.
    if (error.code === "EPIPE" || error.code === "EIO") unread = true;
    // What cannot be told beside the result is no reason to leave the work.
    else if (stream === process.stderr) return;
    else unwritable ??= error;
    interruption.abort();
  });
}

process.exitCode = await main(process.argv);
process.once("exit", () => {
  if (unwritable === undefined) return;
  const error = new LabError("file-refused", `the output cannot be written: ${systemWords(unwritable)}`, {
    remedy: ["send it elsewhere: to another file, or to the terminal"],
  });
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = error.exitCode;
});

async function main(argv: readonly string[]): Promise<number> {
  // Before the command line is understood, `--json` decides how its faults are told.
  let json = argv.includes("--json");
  try {
    const invocation = parseCommandLine(argv, packageVersion());
    if (invocation === undefined) return exitCodes.ok;
    json = invocation.json;
    // While this program was loaded.
    interruption.signal.throwIfAborted();
    return (await invocation.run(makeContext(json))) ?? exitCodes.ok;
  } catch (error) {
    return fail(error, json);
  }
}

function makeContext(json: boolean): Context {
  const color = wantsColor(process.stdout, process.env);
  return {
    json,
    signal: interruption.signal,
    display: chooseDisplay({ json, tty: process.stdout.isTTY && process.stderr.isTTY, env: process.env }),
    color,
    // A terminal that was never given a size says 0.
    width: process.stdout.columns || 100,
    print: (text) => process.stdout.write(`${forTerminal(color ? text : stripVTControlCharacters(text))}\n`),
    note: (text) => {
      if (!json) process.stderr.write(`${forTerminal(text)}\n`);
    },
    emit: (event) => {
      if (json) printEvent(event);
    },
  };
}

function fail(thrown: unknown, json: boolean): number {
  const error = explainInterrupt(explainSilence(explainFileError(thrown)));
  const exitCode = error instanceof LabError ? error.exitCode : exitCodes.bug;
  if ((unread || unwritable !== undefined) && exitCode === exitCodes.interrupted) return exitCodes.ok;
  if (json) {
    const { id, message, details, remedy } =
      error instanceof LabError
        ? { id: error.id, message: error.message, details: error.details, remedy: remedies(error) }
        : { id: "internal-error", message: formatError(error), details: [whatRan()], remedy: [] };
    printEvent({ event: "error", id, message, details, remedy, exitCode });
  } else {
    const about = error instanceof LabError ? "" : `  with: ${whatRan()}\n`;
    process.stderr.write(`${formatError(error)}\n${about}`);
  }
  return exitCode;
}

/** What a report of an internal error needs beside its stack. */
function whatRan(): string {
  const command = process.argv.slice(2).join(" ");
  return `mesos-lab ${packageVersion()} ${command} (Node ${process.version}, ${process.platform} ${process.arch})`;
}

/** What an abort of the whole command has ended, wherever it was, has no more to tell than that. */
function explainInterrupt(error: unknown): unknown {
  const isAbort = error instanceof Error && error.name === "AbortError";
  if (!interruption.signal.aborted || !isAbort) return error;
  return new LabError("interrupted", "interrupted", { cause: error });
}

/** A part of the lab that does not answer is no fault of this tool. */
function explainSilence(error: unknown): unknown {
  if (!(error instanceof ProbeError)) return error;
  return new LabError("lab-silent", `the lab does not answer: ${error.message}`, {
    remedy: ["npx mesos-lab status"],
    cause: error,
  });
}

function printEvent(event: LabEvent): void {
  process.stdout.write(`${jsonLine(event)}\n`);
}
