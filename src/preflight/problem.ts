import { exitCodes, LabError } from "../errors.ts";

/** Something the host lacks, with what to do about it. */
export interface Problem {
  /** One sentence without a stop. */
  readonly what: string;
  readonly remedy: string;
}

/** @throws LabError `preflight` that lists every problem; nothing where there is none. */
export function refuse(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const one = problems.length === 1;
  throw new LabError(one ? first.what : `this host is not ready: ${problems.length} problems`, {
    exitCode: exitCodes.preflight,
    details: one ? [] : problems.map(({ what, remedy }) => `• ${what}\n  → ${remedy}`),
    remedy: one ? [first.remedy] : [],
  });
}
