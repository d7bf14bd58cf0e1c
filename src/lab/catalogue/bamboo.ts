import { type Lab, type Machine, machinesWith, portsOf } from "../model.ts";
import { bambooUrl, marathonUrl, zookeeperHosts } from "./addresses.ts";
import { type Entry, everywhere } from "./container.ts";
import type { Method } from "./method.ts";
import { pageUrl } from "./service.ts";

function bamboo(lab: Lab, machine: Machine): Entry {
  const ports = portsOf(lab, machine);
  return {
    service: "bamboo",
    machine,
    tutorial: {
      name: "bam",
      image: lab.images.bamboo,
      network: "bridge",
      ports: [`${ports.bamboo}:8000`, `${ports.haproxy}:80`],
      env: {
        MARATHON_ENDPOINT: machinesWith(lab, "marathon")
          .map((other) => marathonUrl(lab, other))
          .join(","),
        BAMBOO_ENDPOINT: bambooUrl(lab, machine),
        BAMBOO_ZK_HOST: zookeeperHosts(lab),
        BAMBOO_ZK_PATH: "/bamboo",
        BIND: ":8000",
        CONFIG_PATH: "config/production.example.json",
        BAMBOO_DOCKER_AUTO_HOST: "true",
      },
    },
    additions: [
      ...everywhere,
      {
        add: { env: { HAPROXY_RELOAD_CMD: reloadCommand } },
        reason: "the built-in reload waits for ever while an old connection is open (bamboo#79, #150)",
      },
    ],
    // The stand-in asks until Marathon agrees.
    ...(lab.stack === "classic" && {
      waitsFor: {
        service: "marathon",
        reason: "Bamboo asks Marathon to be told of its events once, when it starts",
      },
    }),
    ready: { means: "Bamboo answers", url: `${bambooUrl(lab, machine)}/status` },
  };
}

export const bambooMethod: Method = {
  title: "Bamboo with HAProxy",
  called: "Bamboo",
  images: { classic: "gregory90/bamboo:0.2.11", rehearsal: "mesos-lab/bamboo:rehearsal" },
  ports: [
    { name: "bamboo", usual: 8000, of: "Bamboo's page and API" },
    { name: "haproxy", usual: 80, of: "Bamboo's HAProxy, which serves the applications" },
  ],
  memory: { classic: 70, rehearsal: 40 },
  beside: "marathon",
  on: "first",
  entry: bamboo,
  pages: (lab) =>
    (["Bamboo", "HAProxy"] as const).flatMap((title) =>
      machinesWith(lab, "bamboo").map((machine) => ({
        title,
        service: "bamboo" as const,
        url: pageUrl(machine, portsOf(lab, machine)[title === "Bamboo" ? "bamboo" : "haproxy"]),
      })),
    ),
  standIn: {
    name: "bamboo",
    programs: ["haproxy"],
    // Bamboo's users give CONFIG_PATH relative to this folder.
    image: { workdir: "/opt/go/src/github.com/QubitProducts/bamboo" },
    told: (lab, machine) => {
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
  },
  needs: "a port",
  ways: (lab) =>
    machinesWith(lab, "bamboo")
      .slice(0, 1)
      .map((machine) => ({
        name: "bamboo",
        machine,
        port: portsOf(lab, machine).haproxy,
        learns: { how: "Marathon calls it", told: "event to Bamboo" },
        stats: { port: portsOf(lab, machine).haproxy, path: "/haproxy_stats;csv" },
      })),
  commands: (lab) =>
    machinesWith(lab, "bamboo").map((machine) => `curl ${pageUrl(machine, portsOf(lab, machine).haproxy)}`),
};

const reloadCommand =
  "haproxy -f /etc/haproxy/haproxy.cfg -p /var/run/haproxy.pid -D -sf $(cat /var/run/haproxy.pid)";
