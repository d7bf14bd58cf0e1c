import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Ran } from "../../helpers/workshop/lab.ts";

/**
 * The tool in one process for many command lines, which saves the start of Node for each: a message is the words of a
 * command, and its answer what became of it. What would end the tool ends this process as well.
 * Argument: the built tool's `cli.js`.
 */

const [cli = ""] = process.argv.slice(2);
const [, chunk] = /import\(`([^`]+)`\)/.exec(readFileSync(cli, "utf8")) ?? [];
if (chunk === undefined) throw new Error(`${cli} does not load the program as it did`);
const program = new URL(chunk, pathToFileURL(cli)).href;

// Each run listens to them anew, as it does in a process of its own.
for (const each of [process, process.stdout, process.stderr]) each.setMaxListeners(0);
let said = { stdout: "", stderr: "" };
for (const name of ["stdout", "stderr"] as const)
  process[name].write = (text: string | Uint8Array, ...more: unknown[]) => {
    said[name] += typeof text === "string" ? text : Buffer.from(text).toString();
    const written = more.at(-1);
    if (typeof written === "function") process.nextTick(written);
    return true;
  };

let runs = 0;
process.on("message", async (words: readonly string[]) => {
  said = { stdout: "", stderr: "" };
  process.argv = [process.execPath, cli, ...words];
  process.exitCode = undefined;
  runs += 1;
  // Evaluated anew; all that it imports is there already.
  await import(`${program}?${runs}`);
  const ran: Ran = { exitCode: Number(process.exitCode ?? 0), signal: null, ...said };
  process.exitCode = undefined;
  process.send?.(ran);
});
process.on("disconnect", () => process.exit());
