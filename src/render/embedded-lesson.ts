import { masterStateUrl } from "../lab/catalogue/addresses.ts";
import { catalogue, pages } from "../lab/catalogue/index.ts";
import { methods } from "../lab/catalogue/methods.ts";
import { tomcatApp } from "../lab/demo.ts";
import { discoveryNotes, discoveryOf } from "../lab/discovery.ts";
import { type Lab, machinesWith, portsOf, type ServiceName } from "../lab/model.ts";
import { hasZookeeper, proxyOf } from "../lab/runs.ts";
import { fill } from "./template.ts";

/** Of Debian's package, as the server that the lab runs. */
const zookeeperShell = "/usr/share/zookeeper/bin/zkCli.sh";

const proxyWords = {
  en: {
    haproxy: "Bamboo's proxy is this computer's own HAProxy.",
    "built-in": "Bamboo's proxy is built in: it stands for HAProxy, which is not installed here.",
  },
  zh: {
    haproxy: "Bamboo 的代理是本机自带的 HAProxy。",
    "built-in": "Bamboo 的代理是内置的，代替本机没有安装的 HAProxy。",
  },
} as const;

/** The lesson of a lab without machines: every command works where the lab runs. */
export function embeddedLesson(
  template: string,
  lab: Lab,
  language: keyof typeof proxyWords,
  titleOf: (service: ServiceName) => string,
): string {
  const all = pages(lab);
  const url = (title: string) => all.find((page) => page.title === title)?.url ?? "";
  const origin = (title: string) => url(title).replace(/\/$/, "");
  const [zookeeper] = machinesWith(lab, "zookeeper");
  return fill(template, {
    machines: lab.machines.map(({ name, ip, services }) => ({ name, ip, services: services.join(", ") })),
    processes: catalogue(lab)
      .filter(({ service }) => service !== "zookeeper" || hasZookeeper(lab))
      .map(({ service, machine }) => ({ service, title: titleOf(service), machine: machine.name })),
    zookeeper:
      zookeeper !== undefined && hasZookeeper(lab)
        ? `${zookeeperShell} -server ${zookeeper.ip}:${portsOf(lab, zookeeper).zookeeper}`
        : "",
    proxy: url("HAProxy") === "" ? "" : proxyWords[language][proxyOf(lab)],
    methods: discoveryOf(lab)
      .filter((name) => name !== "bamboo")
      .map((name) => ({ title: titleOf(name), commands: methods[name].commands(lab) })),
    notes: discoveryNotes(lab),
    pages: all.map(({ title, url: address }) => ({ title, url: address })),
    mesosState: masterStateUrl(lab),
    joined: lab.mesos?.zk ?? "",
    marathon: origin("Marathon"),
    bamboo: origin("Bamboo"),
    haproxy: url("HAProxy"),
    sandboxes: `generated/${lab.name}/embedded/<machine>/mesos`,
    app: JSON.stringify(tomcatApp(lab)),
  });
}
