import { type Lab, type Machine, machinesWith, portsOf } from "../model.ts";
import { marathonUrl } from "./addresses.ts";
import type { Learning, Method } from "./method.ts";
import { pageUrl } from "./service.ts";

/** Seconds between two runs; as in templates/roles/haproxy_marathon_bridge/files/haproxy-marathon-bridge.timer. */
const timerSeconds = 5;

const learns: Learning = {
  how: `a timer asks Marathon every ${timerSeconds} s`,
  every: {
    ms: timerSeconds * 1_000,
    period: "timer period",
    means: `a timer runs the bridge every ${timerSeconds} s`,
  },
};

function variables(lab: Lab, machine: Machine): Readonly<Record<string, string>> {
  return {
    haproxy_marathon_bridge_marathons: machinesWith(lab, "marathon")
      .map((machine) => marathonUrl(lab, machine))
      .join(" "),
    haproxy_marathon_bridge_stats_port: String(portsOf(lab, machine).bridge),
  };
}

/** No container: HAProxy of the distribution, and a script that a timer runs, on every slave. */
export const haproxyMarathonBridge: Method = {
  title: "HAProxy on every slave, by haproxy-marathon-bridge",
  called: "haproxy-marathon-bridge",
  ports: [{ name: "bridge", usual: 9090, of: "the statistics of the HAProxy of haproxy-marathon-bridge" }],
  memory: { classic: 20, rehearsal: 20 },
  beside: "mesos-slave",
  on: "every",
  variables,
  pages: (lab) =>
    machinesWith(lab, "haproxy-marathon-bridge").map((machine) => ({
      title: `Bridge on ${machine.name}`,
      service: "haproxy-marathon-bridge",
      url: pageUrl(machine, portsOf(lab, machine).bridge, "/haproxy?stats"),
    })),
  standIn: {
    name: "haproxy-marathon-bridge",
    programs: ["haproxy", "curl"],
    needs: ["haproxy", "curl"],
    told: (lab, machine, { templates }) => {
      const told = variables(lab, machine);
      return {
        args: [`${templates}/roles/haproxy_marathon_bridge/files/haproxy-marathon-bridge`],
        env: {
          MARATHONS: told.haproxy_marathon_bridge_marathons ?? "",
          STATS_PORT: told.haproxy_marathon_bridge_stats_port ?? "",
          BIND: machine.ip,
        },
      };
    },
  },
  needs: "a port",
  // Every slave leads to every application; a client that has one address uses the first.
  ways: (lab, { servicePort }) =>
    servicePort === undefined
      ? []
      : machinesWith(lab, "haproxy-marathon-bridge").map((machine, index) => ({
          name: index === 0 ? "haproxy-marathon-bridge" : `haproxy-marathon-bridge on ${machine.name}`,
          machine,
          port: servicePort,
          learns,
          stats: { port: portsOf(lab, machine).bridge, path: "/haproxy?stats;csv" },
          ...(index > 0 && { twin: true }),
        })),
  commands: (lab) => [
    ...machinesWith(lab, "marathon")
      .slice(0, 1)
      .map(
        (machine) =>
          `curl -s -H 'Accept: text/plain' ${marathonUrl(lab, machine)}/v2/tasks  # application, service port, tasks`,
      ),
    ...machinesWith(lab, "haproxy-marathon-bridge").map(({ ip }) => `curl http://${ip}:SERVICE_PORT/`),
  ],
};
