import type { NetworkInterfaceInfo } from "node:os";
import type { Lab } from "../lab/model.ts";
import type { Problem } from "./problem.ts";

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** Interfaces that hypervisors make for such labs, and share between them. */
const madeByHypervisors = /^(virbr|vboxnet|vmnet|bridge1\d\d|vnic|VirtualBox )/;

/** The lab's /24 networks that the host already uses for something else. */
export function addressProblems(lab: Lab, interfaces: Interfaces): readonly Problem[] {
  const ours = new Set(lab.machines.map(({ ip }) => network(ip)));
  return Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family, address }) => family === "IPv4" && ours.has(network(address)))
      .filter(() => !madeByHypervisors.test(name))
      .map(({ address }) => ({
        what: `the host's interface ${name} has ${address}, in the lab's network ${network(address)}.0/24`,
        remedy:
          "give the lab other addresses: `--master-ip` and `--slave-ip`, or `machines:` in mesos-lab.yaml",
      })),
  );
}

function network(ip: string): string {
  return ip.slice(0, ip.lastIndexOf("."));
}
