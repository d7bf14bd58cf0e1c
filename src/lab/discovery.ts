import { isDiscovery } from "./catalogue/index.ts";
import { methods } from "./catalogue/methods.ts";
import {
  type DiscoveryName,
  discoveryNames,
  type Lab,
  machinesWith,
  portsOf,
  type ServiceName,
} from "./model.ts";

/** The ways of discovery that a lab has, in the order in which they start. */
export function discoveryOf(lab: Lab): readonly DiscoveryName[] {
  return discoveryNames.filter((name) => machinesWith(lab, name).length > 0);
}

/**
 * Where methods are to be added and removed so that exactly the wanted ones run: a method that a machine lists
 * stays there, one that no machine lists gets its usual place.
 */
export function placeDiscovery(
  machines: readonly (readonly ServiceName[])[],
  wanted: readonly DiscoveryName[],
): readonly { readonly dropped: readonly DiscoveryName[]; readonly added: readonly DiscoveryName[] }[] {
  const runs = (service: ServiceName) => machines.some((services) => services.includes(service));
  const missing = wanted.filter((name) => !runs(name));
  return machines.map((services, index) => ({
    dropped: services.filter(isDiscovery).filter((name) => !wanted.includes(name)),
    added: missing.filter((name) => {
      const { beside: usual, on } = methods[name];
      // A lab that joins a Mesos has neither masters nor slaves.
      const beside = runs(usual) ? usual : "marathon";
      if (!services.includes(beside)) return false;
      return on === "every" || machines.findIndex((each) => each.includes(beside)) === index;
    }),
  }));
}

/** What somebody who looks at the lab must know about how its methods share the machines: sentences. */
export function discoveryNotes(lab: Lab): readonly string[] {
  return machinesWith(lab, "marathon-lb")
    .filter(({ services }) => services.includes("bamboo"))
    .map((machine) => {
      const { haproxy, marathonLb } = portsOf(lab, machine);
      return `On ${machine.name}, Bamboo's HAProxy has port ${haproxy}; marathon-lb serves its virtual hosts at port ${marathonLb}.`;
    });
}
