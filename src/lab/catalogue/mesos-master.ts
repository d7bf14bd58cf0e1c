import { type Lab, type Machine, portsOf } from "../model.ts";
import { quorum, zookeeperUrl } from "./addresses.ts";
import { type Entry, everywhere } from "./container.ts";
import { masterAdditions } from "./other-images.ts";
import { defaultPorts } from "./ports.ts";

export function mesosMaster(lab: Lab, machine: Machine): Entry {
  const port = portsOf(lab, machine).mesosMaster;
  return {
    service: "mesos-master",
    machine,
    tutorial: {
      name: "mm",
      image: lab.images["mesos-master"],
      network: "host",
      env: {
        MESOS_HOSTNAME: machine.ip,
        MESOS_IP: machine.ip,
        ...(port === defaultPorts.mesosMaster ? {} : { MESOS_PORT: String(port) }),
        MESOS_ZK: zookeeperUrl(lab, "mesos"),
        MESOS_QUORUM: String(quorum(lab)),
        MESOS_LOG_DIR: "/var/log/mesos",
      },
    },
    additions: [...everywhere, ...masterAdditions(lab)],
    ready: {
      means: "a Mesos master is elected",
      url: `http://${machine.ip}:${port}/state.json`,
      condition: "ready_answer.json.leader is defined",
    },
  };
}
