import type { NetworkInterfaceInfo } from "node:os";
import { type Finding, lacking, ok } from "../../lab/finding.ts";
import type { Lab } from "../../lab/model.ts";

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** Interfaces that hypervisors make for such labs, and share between them. */
const madeByHypervisors = /^(virbr|vboxnet|vmnet|bridge1\d\d|vnic|VirtualBox )/;

/** Whether the lab's /24 networks are ones that the host already uses for something else. */
export function addressFindings(lab: Lab, interfaces: Interfaces): readonly Finding[] {
  const ours = new Set(lab.machines.map(({ ip }) => network(ip)));
  const clashes = Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family, address }) => family === "IPv4" && ours.has(network(address)))
      .filter(() => !madeByHypervisors.test(name))
      .map(({ address }) =>
        lacking(
          "error",
          "addresses",
          `the host's interface ${name} has ${address}, in the lab's network ${network(address)}.0/24`,
          "give the lab other addresses: `--master-ip` and `--slave-ip`, or `machines:` in mesos-lab.yaml",
        ),
      ),
  );
  if (clashes.length > 0) return clashes;
  return [ok("addresses", `${[...ours].map((net) => `${net}.0/24`).join(", ")}: free on this host`)];
}

function network(ip: string): string {
  return ip.slice(0, ip.lastIndexOf("."));
}
