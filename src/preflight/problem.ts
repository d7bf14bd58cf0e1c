import { exitCodes, LabError } from "../errors.ts";
import type { Problem } from "../lab/finding.ts";

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
