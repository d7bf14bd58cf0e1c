import { type Lab, type Machine, machinesWith, portsOf } from "../model.ts";
import { frameworkName, mesosUrl } from "./addresses.ts";
import { type Entry, everywhere } from "./container.ts";
import type { Learning, Method } from "./method.ts";
import { pageUrl } from "./service.ts";

const usualPort = 53;

/** Where Mesos-DNS' configuration lies, on the machine as in the container. */
const folder = "/etc/mesos-dns";

/** Seconds between two looks at the Mesos master; Mesos-DNS' own 60 would hide everything else. */
const refreshSeconds = 5;
/** Seconds for which clients may keep an answer: longer than the refresh, so that the two can be told apart. */
const ttlSeconds = 10;

function entry(lab: Lab, machine: Machine): Entry {
  return {
    service: "mesos-dns",
    machine,
    tutorial: {
      name: "dns",
      image: lab.images["mesos-dns"],
      network: "host",
      volumes: [`${folder}:${folder}:ro`],
      args: ["/usr/bin/mesos-dns", "-v=2", `-config=${folder}/config.json`],
    },
    additions: everywhere,
    config: {
      folder,
      files: { "config.json": `${JSON.stringify(mesosDnsConfig(lab, machine), null, 2)}\n` },
    },
    ready: {
      means: "Mesos-DNS knows the leading master",
      url: `http://${machine.ip}:${portsOf(lab, machine).mesosDns}/v1/hosts/leader.mesos`,
      condition: "ready_answer.json[0].ip | default('') | length > 0",
    },
  };
}

/** Mesos-DNS' config.json on a machine. */
export function mesosDnsConfig(lab: Lab, machine: Machine) {
  const ports = portsOf(lab, machine);
  return {
    zk: mesosUrl(lab),
    masters: machinesWith(lab, "mesos-master").map(
      (master) => `${master.ip}:${portsOf(lab, master).mesosMaster}`,
    ),
    refreshSeconds,
    ttl: ttlSeconds,
    domain: "mesos",
    // Not all addresses: systemd-resolved has port 53 of one of them.
    listener: machine.ip,
    port: ports.dns,
    timeout: 5,
    dnson: true,
    httpon: true,
    httpport: ports.mesosDns,
    // Names of the lab only: nothing is asked of the world outside.
    externalon: false,
    // The host's address comes first: that is where Docker's bridge publishes an application's port.
    IPSources: ["host", "netinfo", "mesos"],
  };
}

/** The names of a Marathon application: `tomcat.marathon.mesos` and `_tomcat._tcp.marathon.mesos`. */
export function dnsNames(lab: Lab, appId: string): { readonly address: string; readonly service: string } {
  // Marathon names the task of /a/b "b.a", and Mesos-DNS makes one label of it.
  const task = appId.split("/").filter(Boolean).reverse().join("-");
  const label = task
    .toLowerCase()
    .replaceAll(/[._]/g, "-")
    .replaceAll(/[^a-z0-9-]|^-+/g, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  const domain = `${frameworkName(lab)}.mesos`;
  return { address: `${label}.${domain}`, service: `_${label}._tcp.${domain}` };
}

const learns: Learning = {
  how: `it asks the Mesos master every ${refreshSeconds} s`,
  every: {
    ms: refreshSeconds * 1_000,
    period: "poll interval",
    means: `Mesos-DNS asks the master every ${refreshSeconds} s`,
  },
};
const learnsLate: Learning = {
  ...learns,
  how: `${learns.how}; the client keeps an answer for ${ttlSeconds} s`,
  keptMs: ttlSeconds * 1_000,
};

export const mesosDns: Method = {
  title: "Mesos-DNS",
  called: "Mesos-DNS",
  images: {
    // Reads ZooKeeper as Mesos 0.24 writes it (0.2.0 and later), and /master/state.json, which 0.7 no longer does.
    classic: "mesosphere/mesos-dns:0.5.2",
    rehearsal: "mesos-lab/mesos-dns:rehearsal",
  },
  ports: [
    // systemd-resolved has port 53 of a loopback address on many machines, and does no harm there.
    { name: "dns", usual: usualPort, of: "Mesos-DNS for names", ownAddress: true, udp: true },
    { name: "mesosDns", usual: 8123, of: "the HTTP API of Mesos-DNS" },
  ],
  memory: { classic: 20, rehearsal: 40 },
  beside: "mesos-master",
  on: "first",
  entry,
  pages: (lab) =>
    machinesWith(lab, "mesos-dns").map((machine) => ({
      title: "Mesos-DNS",
      service: "mesos-dns",
      url: pageUrl(machine, portsOf(lab, machine).mesosDns, "/v1/enumerate"),
    })),
  standIn: {
    name: "mesos-dns",
    told: (lab, machine, { own }) => {
      const path = `${own}/mesos-dns/config.json`;
      const config = { ...mesosDnsConfig(lab, machine), httplistener: machine.ip };
      return {
        args: ["-v=2", `-config=${path}`],
        files: { [path]: `${JSON.stringify(config, undefined, 2)}\n` },
      };
    },
  },
  needs: "a port",
  // Two clients: most programs ask anew for each connection, some keep what they were told.
  ways: (lab, { id, servicePort }) =>
    machinesWith(lab, "mesos-dns")
      .slice(0, servicePort === undefined ? 0 : 1)
      .flatMap((machine) => {
        const way = {
          name: "mesos-dns",
          machine,
          port: portsOf(lab, machine).dns,
          learns,
          dns: { name: dnsNames(lab, id).service, keepsTtl: false },
        };
        return [
          way,
          {
            ...way,
            name: "mesos-dns (TTL kept)",
            learns: learnsLate,
            dns: { ...way.dns, keepsTtl: true },
          },
        ];
      }),
  commands: (lab) => {
    const { address, service } = dnsNames(lab, "/tomcat");
    return machinesWith(lab, "mesos-dns").flatMap((machine) => {
      const { dns } = portsOf(lab, machine);
      const server = `@${machine.ip}${dns === usualPort ? "" : ` -p ${dns}`}`;
      return [
        `dig ${server} +short ${address}`,
        `dig ${server} +short ${service} SRV`,
        `npx mesos-lab dig ${service}`,
      ];
    });
  },
};
