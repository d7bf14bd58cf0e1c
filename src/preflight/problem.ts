import { LabError } from "../errors.ts";
import type { Problem } from "../lab/finding.ts";

/** A look at this host alone. */
export const checkHere = { title: "Check this host", refused: "this host is not ready" };

/**
 * @param refused what is said before several problems.
 * @throws LabError `preflight` that lists every problem; nothing where there is none.
 */
export function refuse(problems: readonly Problem[], refused = checkHere.refused): void {
  const [first] = problems;
  if (first === undefined) return;
  const one = problems.length === 1;
  throw new LabError("host-not-ready", one ? first.what : `${refused}: ${problems.length} problems`, {
    details: one ? [] : problems.map(({ what, remedy }) => `• ${what}\n  → ${remedy}`),
    remedy: one ? [first.remedy] : [],
  });
}
