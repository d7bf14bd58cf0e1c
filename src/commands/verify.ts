import { claimsFailed } from "../claims/failure.ts";
import { verifyLab } from "../claims/verdict.ts";
import { type Context, type LabOptions, madeLab } from "./context.ts";
import { printLab } from "./overview.ts";

export interface VerifyCommandOptions extends LabOptions {
  /** Seconds a claim may take to become true. */
  readonly timeout?: number;
}

const defaultTimeoutSeconds = 10;

/** Checks every claim of a lab; exit code 0 only when all hold. */
export async function verifyCommand(options: VerifyCommandOptions, context: Context): Promise<void> {
  const { lab } = madeLab(options);
  const verdict = await verifyLab(lab, {
    timeoutMs: (options.timeout ?? defaultTimeoutSeconds) * 1000,
    signal: context.signal,
    onStarting: ({ title, machine }, seen) => {
      const text = `waiting for what is still starting: ${title} (${machine}): ${seen}`;
      context.note(text);
      context.emit({ event: "note", text });
    },
    onResult: ({ id, holds, expected, seen, look }) =>
      context.emit({ event: "claim", id, holds, expected, seen, look }),
  });
  printLab(lab, verdict, context);
  if (!verdict.holds) throw claimsFailed(verdict);
}
