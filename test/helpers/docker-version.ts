/** What the agent of Mesos 0.24.1 makes of `docker --version`: it starts with `ok` only. */
export type DockerVersionVerdict =
  | { readonly ok: true; readonly version: readonly number[] }
  | { readonly ok: false; readonly why: string };

/**
 * Reads the output of `docker --version` the way that agent does: the last word before the first comma, its first
 * three parts between dots, each without what follows a dash, and every one of them must be a whole number.
 * It is this strict because the agent is: a version it cannot read keeps it from starting.
 */
export function readDockerVersion(output: string): DockerVersionVerdict {
  const beforeComma = output.split(",")[0] ?? "";
  const word = beforeComma.trim().split(" ").at(-1) ?? "";
  const parts = word.split(".").slice(0, 3);
  const numbers: number[] = [];
  for (const part of parts) {
    const digits = part.split("-")[0] ?? "";
    if (!/^\d+$/.test(digits)) return { ok: false, why: `invalid version component "${part}"` };
    numbers.push(Number(digits));
  }
  if ((numbers[0] ?? 0) < 1) return { ok: false, why: "insufficient version: 1.0.0 is the least" };
  return { ok: true, version: numbers };
}
