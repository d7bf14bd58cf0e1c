import { defaultMachines } from "./defaults.ts";
import type { ServiceName } from "./model.ts";
import type { Problem } from "./problems.ts";
import type { LabFile } from "./schema.ts";

/** How many masters and slaves the flags ask for. */
export interface Counts {
  readonly masters?: number | undefined;
  readonly slaves?: number | undefined;
}

type Described = NonNullable<LabFile["machines"]>[number];

/**
 * A lab file's value with as many masters and slaves as the flags ask for: the last ones go, and new ones are made like
 * the last of their kind, at the addresses after all others. What is no proper list of machines stays as it is.
 */
export function withCounts(
  raw: unknown,
  counts: Counts,
): { readonly value: unknown; readonly problems: readonly Problem[]; readonly added: boolean } {
  const none = { value: raw, problems: [], added: false };
  if (counts.masters === undefined && counts.slaves === undefined) return none;
  if (typeof raw !== "object" || raw === null) return none;
  const { machines: given = defaultMachines } = raw as { machines?: unknown };
  if (!Array.isArray(given) || !given.every(isDescribed)) return none;
  let machines: readonly Described[] = given;
  const problems: Problem[] = [];
  const count = (flag: string, wanted: number | undefined, service: ServiceName, without?: ServiceName) => {
    if (wanted === undefined) return;
    const isOne = ({ services }: Described) =>
      services.includes(service) && (without === undefined || !services.includes(without));
    const there = machines.filter(isOne);
    const last = there.at(-1);
    const others = machines.filter((each) => each.services.includes(service)).length - there.length;
    if (last === undefined || wanted <= others) {
      const why =
        last === undefined
          ? `no machine runs ${service}${without === undefined ? "" : ` without ${without}`}`
          : `${others} of them are masters too`;
      problems.push({ text: `${flag} ${wanted}: ${why}; describe the machines in the lab file` });
      return;
    }
    const leaving = new Set(there.slice(wanted - others));
    if (leaving.size > 0) machines = machines.filter((each) => !leaving.has(each));
    for (let have = there.length + others; have < wanted; have += 1)
      machines = [...machines, like(last, machines)];
  };
  count("--masters", counts.masters, "mesos-master");
  count("--slaves", counts.slaves, "mesos-slave", "mesos-master");
  if (machines === given) return { ...none, problems };
  const known = new Set(given.map(({ name }) => name));
  const added = machines.some(({ name }) => !known.has(name));
  return { value: { ...raw, machines }, problems, added };
}

/** s4 after s3, slave2 after slave; at the address after the highest. */
function like({ name, ssh: _, ...model }: Described, machines: readonly Described[]): Described {
  const [, stem = name, digits] = /^(.*?)(\d*)$/.exec(name) ?? [];
  let number = digits === "" ? 2 : Number(digits) + 1;
  while (machines.some((each) => each.name === `${stem}${number}`)) number += 1;
  const [network = ""] = /^.*\./.exec(model.ip) ?? [];
  const taken = machines.flatMap(({ ip }) =>
    ip.startsWith(network) ? [Number(ip.slice(network.length))] : [],
  );
  return { ...model, name: `${stem}${number}`, ip: `${network}${Math.max(...taken) + 1}` };
}

function isDescribed(machine: unknown): machine is Described {
  const { name, ip, services } = (machine ?? {}) as Partial<Described>;
  return typeof name === "string" && typeof ip === "string" && Array.isArray(services);
}
