import { join } from "node:path";
import { mesosDnsConfig } from "../../lab/catalogue/mesos-dns.ts";
import { methods } from "../../lab/catalogue/methods.ts";
import { type DiscoveryName, type Lab, type Machine, portsOf } from "../../lab/model.ts";
import type { Instance } from "../../rehearsal/embedded/plan.ts";
import type { Binding } from "../../rehearsal/marathon-lb/haproxy-config.ts";
import { packageRoot } from "../../tools/package-root.ts";

/** What an instance is told besides what its container is told; arguments replace the container's. */
type Told = Partial<Pick<Instance, "args" | "env" | "files">>;

const bridgeScript = join(packageRoot, "templates/files/haproxy-marathon-bridge/haproxy-marathon-bridge");

/** Each way of discovery in an embedded lab; `own` is the machine's folder. */
export const embeddedDiscovery: Readonly<
  Record<DiscoveryName, (lab: Lab, machine: Machine, own: string) => Told>
> = {
  bamboo: (lab, machine) => {
    const ports = portsOf(lab, machine);
    return {
      env: {
        BIND: `${machine.ip}:${ports.bamboo}`,
        MESOS_LAB_PROXY_BIND: `${machine.ip}:${ports.haproxy}`,
        // That of the real Bamboo, which the stand-in would complain about.
        HAPROXY_RELOAD_CMD: "",
      },
    };
  },
  "mesos-dns": (lab, machine, own) => {
    const path = `${own}/mesos-dns/config.json`;
    const config = { ...mesosDnsConfig(lab, machine), httplistener: machine.ip };
    return {
      args: ["-v=2", `-config=${path}`],
      files: { [path]: `${JSON.stringify(config, undefined, 2)}\n` },
    };
  },
  "marathon-lb": (lab, machine) => {
    const { marathonLb, marathonLbAdmin: admin, marathonLbApps: apps } = portsOf(lab, machine);
    const binding: Omit<Binding, "self"> = {
      ...{ address: machine.ip, admin, apps, vhosts: marathonLb },
      heads: {},
    };
    return { env: { MESOS_LAB_BINDING: JSON.stringify(binding) } };
  },
  "haproxy-marathon-bridge": (lab, machine) => {
    const variables = methods["haproxy-marathon-bridge"].variables?.(lab, machine) ?? {};
    return {
      args: [bridgeScript],
      env: {
        MARATHONS: variables.haproxy_marathon_bridge_marathons ?? "",
        STATS_PORT: variables.haproxy_marathon_bridge_stats_port ?? "",
        BIND: machine.ip,
      },
    };
  },
};
