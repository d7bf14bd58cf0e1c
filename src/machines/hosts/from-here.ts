import { connect } from "node:net";
import { type Finding, lacking } from "../../lab/finding.ts";
import type { HostsLab, Machine } from "../../lab/model.ts";
import { firstPort } from "./look.ts";

const limitMs = 5_000;

/** Machines whose services this computer would not reach: verifying, demo and drills go to them directly. */
export async function unreachedFromHere(
  lab: HostsLab,
  machines: readonly Machine[],
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    machines.map(async (machine) => {
      const port = firstPort(lab, machine);
      if (await answers(machine.ip, port)) return [];
      return [
        lacking(
          "error",
          machine.name,
          `${machine.name} gives this computer no answer at ${machine.ip} port ${port}, where its services will be`,
          "open the way to it (a VPN, a firewall), or run mesos-lab on a computer in that network",
        ),
      ];
    }),
  );
  return found.flat();
}

/** A port that nobody has is refused, and that is an answer. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: limitMs });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code === "ECONNREFUSED"));
  });
}
