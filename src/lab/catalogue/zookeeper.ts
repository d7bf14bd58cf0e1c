import { type Lab, type Machine, machinesWith } from "../model.ts";
import { ordinal } from "./addresses.ts";
import { type Entry, everywhere } from "./container.ts";
import { officialZookeeper } from "./other-images.ts";
import type { Service } from "./service.ts";

export const zookeeper: Service = {
  title: "ZooKeeper",
  called: "ZooKeeper",
  images: {
    classic: "mesoscloud/zookeeper:3.4.6-ubuntu-14.04",
    rehearsal: "mesos-lab/zookeeper:rehearsal",
  },
  ports: [{ name: "zookeeper", usual: 2181, of: "ZooKeeper", fixed: true }],
  memory: { classic: 180, rehearsal: 120 },
  entry,
};

function entry(lab: Lab, machine: Machine): Entry {
  const servers = machinesWith(lab, "zookeeper");
  return {
    service: "zookeeper",
    machine,
    tutorial: {
      name: "zk",
      image: lab.images.zookeeper,
      network: "host",
      env: {
        MYID: String(ordinal(servers, machine)),
        SERVERS: servers.map(({ ip }) => ip).join(","),
      },
    },
    additions: [
      ...everywhere,
      {
        add: { env: { JVMFLAGS: "-Xmx128m" } },
        reason: "the JVM would otherwise take a quarter of the machine's memory",
      },
      ...(officialZookeeper(lab, machine) ?? [
        {
          add: { volumes: ["zk-data:/tmp/zookeeper"] },
          reason: "Marathon's apps and Bamboo's rules live here and must outlive a container made anew",
        },
      ]),
    ],
  };
}
