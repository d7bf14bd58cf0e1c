#!/usr/bin/env node
import { stripVTControlCharacters } from "node:util";
import type { Context } from "./commands/context.ts";
import { exitCodes, formatError, LabError, remedies } from "./errors.ts";
import { parseCommandLine } from "./program.ts";
import { packageVersion } from "./tools/files.ts";
import type { LabEvent } from "./ui/events.ts";
import { chooseDisplay } from "./ui/tasks.ts";

// A reader that closes early (`mesos-lab status | head -1`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.ok);
  throw error;
});

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // `on`, not `once`: a second Ctrl-C must not kill the clean-up that the first one began.
  process.on(signal, () => {
    if (interruption.signal.aborted) process.stderr.write("still cleaning up, please wait\n");
    interruption.abort();
  });
}

process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<number> {
  // Before the command line is understood, `--json` decides how its faults are told.
  let json = argv.includes("--json");
  try {
    const invocation = parseCommandLine(argv, packageVersion());
    if (invocation === undefined) return exitCodes.ok;
    json = invocation.json;
    return (await invocation.run(makeContext(json))) ?? exitCodes.ok;
  } catch (error) {
    return fail(error, json);
  }
}

function makeContext(json: boolean): Context {
  const color = process.stdout.isTTY && process.env.NO_COLOR === undefined && process.env.TERM !== "dumb";
  return {
    json,
    signal: interruption.signal,
    display: chooseDisplay({ json, tty: process.stdout.isTTY && process.stderr.isTTY, env: process.env }),
    color,
    width: process.stdout.columns ?? 100,
    print: (text) => process.stdout.write(`${color ? text : stripVTControlCharacters(text)}\n`),
    note: (text) => {
      if (!json) process.stderr.write(`${text}\n`);
    },
    emit: (event) => {
      if (json) printEvent(event);
    },
  };
}

function fail(error: unknown, json: boolean): number {
  const exitCode = error instanceof LabError ? error.exitCode : exitCodes.bug;
  if (json) {
    const { message, details, remedy } =
      error instanceof LabError
        ? { message: error.message, details: error.details, remedy: remedies(error) }
        : { message: formatError(error), details: [], remedy: [] };
    printEvent({ event: "error", message, details, remedy, exitCode });
  } else process.stderr.write(`${formatError(error)}\n`);
  return exitCode;
}

function printEvent(event: LabEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
