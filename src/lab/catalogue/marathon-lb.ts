import { type Lab, type Machine, machinesWith, portsOf } from "../model.ts";
import { marathonUrl } from "./addresses.ts";
import { type Entry, everywhere } from "./container.ts";
import type { Method } from "./method.ts";
import { pageUrl } from "./service.ts";

const usualPort = 80;
/** Where the virtual hosts are when Bamboo's HAProxy on the same machine has the usual port. */
export const portBesideBamboo = 8081;

/** Only applications of this group are served; their label HAPROXY_GROUP names it. */
export const balancerGroup = "external";
/** The name under which the demo application is a virtual host. */
export const demoVhost = "tomcat.lab";

/** Where marathon-lb's templates lie, on the machine. */
const folder = "/etc/marathon-lb/templates";

function entry(lab: Lab, machine: Machine): Entry {
  const { marathonLb: port, marathonLbAdmin, marathonLbApps } = portsOf(lab, machine);
  const marathons = machinesWith(lab, "marathon").map((other) => marathonUrl(lab, other));
  // Its templates are the only way to give the virtual hosts another port.
  const moved = port !== usualPort;
  return {
    service: "marathon-lb",
    machine,
    tutorial: {
      name: "mlb",
      image: lab.images["marathon-lb"],
      network: "host",
      // It holds back new connections with iptables while it reloads.
      privileged: true,
      ...(moved && { volumes: [`${folder}:/marathon-lb/templates:ro`] }),
      env: { PORTS: [port, marathonLbAdmin, marathonLbApps].join(",") },
      args: ["sse", "-m", ...marathons, "--group", balancerGroup],
    },
    additions: everywhere,
    ...(moved && { config: { folder, files: { HAPROXY_HTTP_FRONTEND_HEAD: frontendHead(port) } } }),
    ready: {
      means: "marathon-lb answers",
      url: `http://${machine.ip}:${marathonLbAdmin}/_haproxy_health_check`,
    },
  };
}

function frontendHead(port: number): string {
  return `\nfrontend marathon_http_in\n  bind *:${port}\n  mode http\n`;
}

/** What an application needs to be served by marathon-lb: in the group, HTTP, and under a name. */
export const demoLabels: Readonly<Record<string, string>> = {
  HAPROXY_GROUP: balancerGroup,
  HAPROXY_0_MODE: "http",
  HAPROXY_0_VHOST: demoVhost,
};

/** Whether marathon-lb serves an application at all. */
export function inGroup(labels: Readonly<Record<string, string>>): boolean {
  return (labels.HAPROXY_GROUP ?? "").split(",").includes(balancerGroup);
}

export const marathonLb: Method = {
  title: "Load balancer marathon-lb",
  called: "marathon-lb",
  images: { classic: "mesosphere/marathon-lb:v1.4.3", rehearsal: "mesos-lab/marathon-lb:rehearsal" },
  ports: [
    { name: "marathonLb", usual: usualPort, of: "marathon-lb's virtual hosts" },
    { name: "marathonLbAdmin", usual: 9090, of: "the statistics of marathon-lb", fixed: true },
    { name: "marathonLbApps", usual: 9091, of: "marathon-lb's routes by application id", fixed: true },
    { usual: 443, of: "marathon-lb's HTTPS", fixed: true },
  ],
  memory: { classic: 60, rehearsal: 50 },
  beside: "marathon",
  on: "first",
  entry,
  pages: (lab) =>
    machinesWith(lab, "marathon-lb").map((machine) => ({
      title: "marathon-lb",
      service: "marathon-lb",
      url: pageUrl(machine, portsOf(lab, machine).marathonLbAdmin, "/haproxy?stats"),
    })),
  standIn: {
    name: "marathon-lb",
    programs: ["haproxy"],
    needs: ["haproxy"],
    told: (lab, machine) => {
      const { marathonLb: vhosts, marathonLbAdmin: admin, marathonLbApps: apps } = portsOf(lab, machine);
      const binding = { address: machine.ip, admin, apps, vhosts, heads: {} };
      return { env: { MESOS_LAB_BINDING: JSON.stringify(binding) } };
    },
  },
  needs: `a port and the label HAPROXY_GROUP=${balancerGroup}`,
  ways: (lab, { servicePort, labels = {} }) =>
    !inGroup(labels) || servicePort === undefined
      ? []
      : machinesWith(lab, "marathon-lb")
          .slice(0, 1)
          .flatMap((machine) => {
            const way = {
              name: "marathon-lb",
              machine,
              port: servicePort,
              learns: { how: "it follows Marathon's events", told: "event to marathon-lb" },
              stats: { port: portsOf(lab, machine).marathonLbAdmin, path: "/haproxy?stats;csv" },
            };
            const [host] = (labels.HAPROXY_0_VHOST ?? "").split(",").filter(Boolean);
            const byName = { name: "marathon-lb (virtual host)", port: portsOf(lab, machine).marathonLb };
            return host === undefined ? [way] : [way, { ...way, ...byName, host, twin: true }];
          }),
  commands: (lab) =>
    machinesWith(lab, "marathon-lb").flatMap((machine) => {
      const { marathonLb: vhosts, marathonLbAdmin, marathonLbApps } = portsOf(lab, machine);
      return [
        `curl -H 'Host: ${demoVhost}' ${pageUrl(machine, vhosts)}`,
        `curl -H 'X-Marathon-App-Id: /tomcat' ${pageUrl(machine, marathonLbApps)}`,
        `curl ${pageUrl(machine, marathonLbAdmin, "/_haproxy_getconfig")}`,
      ];
    }),
};
