import { createInterface } from "node:readline/promises";
import { LabError } from "../errors.ts";

/** What was answered to a question; `unasked` where there is no terminal to ask at. */
export type Answer = "yes" | "no" | "unasked";

/** Asks before something that cannot be taken back: `--yes` answers, and under `--json` there is no asking. */
export async function ask(
  question: string,
  { yes, json, signal }: { readonly yes: boolean; readonly json: boolean; readonly signal: AbortSignal },
): Promise<Answer> {
  if (yes) return "yes";
  if (json || !canAsk()) return "unasked";
  return (await confirm(question, signal)) ? "yes" : "no";
}

/** Whether somebody sits at a terminal and can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks on stderr, so that results on stdout stay by themselves; anything but y or yes is a no.
 * @throws LabError `interrupted` on Ctrl-C.
 */
async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // A terminal that hangs up gives no answer: that is a no.
    const closed = new Promise<string>((resolve) => reader.once("close", () => resolve("")));
    // In readline's raw mode Ctrl-C is a key, not a signal.
    const interrupted = new Promise<never>((_, reject) => {
      const stop = () => reject(new LabError("interrupted", "interrupted at a question"));
      reader.once("SIGINT", stop);
      signal.addEventListener("abort", stop, { once: true });
    });
    const answer = await Promise.race([reader.question(`${question} [y/N] `), closed, interrupted]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    reader.close();
  }
}
