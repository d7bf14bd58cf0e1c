import { randomInt } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runFolder } from "./folder.ts";

const networks = 210;

/**
 * A loopback network that no other lab of this run has: at addresses that are taken a lab moves to other ports, and
 * whoever asks the usual ones there asks the other lab. Random, since another run may be at work on this host.
 */
export function claimNetwork(): string {
  const first = randomInt(networks);
  for (let step = 0; step < networks; step += 1) {
    // 127.0: where the addresses of machines go as well.
    const network = `127.0.${40 + ((first + step) % networks)}`;
    try {
      writeFileSync(claimOf(network), "", { flag: "wx" });
      return network;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  throw new Error(`all ${networks} loopback networks are in use: ${runFolder()}`);
}

export function releaseNetwork(network: string): void {
  rmSync(claimOf(network), { force: true });
}

function claimOf(network: string): string {
  return join(runFolder(), `${network}.is-taken`);
}
