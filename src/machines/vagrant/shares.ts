import { availableParallelism } from "node:os";
import type { VagrantLab } from "../../lab/model.ts";
import type { Command } from "../../tools/exec.ts";

/**
 * Vagrant goes through its machines one after another where it does not make them: as many of it as there are
 * processors, each with its share of the machines.
 */
export function inShares(
  { machines }: VagrantLab,
  command: (names: readonly string[]) => Command,
): readonly Command[] {
  const count = Math.min(availableParallelism(), machines.length);
  return Array.from({ length: count }, (_, share) =>
    command(machines.filter((_, index) => index % count === share).map(({ name }) => name)),
  );
}
