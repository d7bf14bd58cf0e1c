import { type Lab, type Machine, machinesWith } from "../model.ts";
import { ordinal } from "./addresses.ts";
import type { Addition } from "./container.ts";

/** What an image that the lab file puts in place of the tutorial's needs, and the tutorial's has inside. */

const dataFolder = "/tmp/mesos";

/** For any Mesos master but mesoscloud's. */
export function masterAdditions(lab: Lab): readonly Addition[] {
  if (isOf("mesoscloud", lab.images["mesos-master"]) || lab.stack !== "classic") return [];
  return [
    {
      add: { env: { MESOS_WORK_DIR: dataFolder } },
      reason:
        "a master with ZooKeeper needs a work directory, which only the tutorial's image sets by itself",
    },
  ];
}

/** For any Mesos agent but mesoscloud's. */
export function slaveAdditions(lab: Lab): readonly Addition[] {
  if (isOf("mesoscloud", lab.images["mesos-slave"]) || lab.stack !== "classic") return [];
  return [
    {
      add: { env: { MESOS_WORK_DIR: dataFolder, MESOS_EXECUTOR_REGISTRATION_TIMEOUT: "5mins" } },
      reason:
        "the tutorial's image sets both: the directory that is mounted, and time enough for an image to be pulled",
    },
  ];
}

/** For Docker's official image; undefined for all others. */
export function officialZookeeper(lab: Lab, machine: Machine): readonly Addition[] | undefined {
  if (!/^(?:(?:docker\.io\/)?library\/)?zookeeper(?::|@|$)/.test(lab.images.zookeeper)) return undefined;
  const servers = machinesWith(lab, "zookeeper");
  const peers = servers.map(({ ip }, index) => `server.${index + 1}=${ip}:2888:3888;2181`).join(" ");
  return [
    {
      add: {
        env: {
          ZOO_MY_ID: String(ordinal(servers, machine)),
          ...(servers.length > 1 && { ZOO_SERVERS: peers }),
        },
      },
      reason: "the official image calls MYID and SERVERS by other names",
    },
    {
      add: { env: { ZOO_ADMINSERVER_ENABLED: "false" } },
      reason: "since 3.5 ZooKeeper's admin server would take port 8080, which is Marathon's",
    },
    {
      add: { volumes: ["zk-data:/data"] },
      reason: "Marathon's apps and Bamboo's rules live here and must outlive a container made anew",
    },
  ];
}

function isOf(organisation: string, image: string): boolean {
  return image.startsWith(`${organisation}/`) || image.startsWith(`docker.io/${organisation}/`);
}
