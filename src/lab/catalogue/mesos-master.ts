import { type Lab, type Machine, portsOf } from "../model.ts";
import { masterAddresses, quorum, zookeeperUrl } from "./addresses.ts";
import { type Entry, everywhere } from "./container.ts";
import { masterAdditions } from "./other-images.ts";
import type { Service } from "./service.ts";

const usualPort = 5050;
const workFolder = "/tmp/mesos";

export const mesosMaster: Service = {
  title: "Mesos master",
  called: "the Mesos master",
  images: {
    classic: "mesoscloud/mesos-master:0.24.1-ubuntu-14.04",
    rehearsal: "mesos-lab/mesos-master:rehearsal",
  },
  ports: [{ name: "mesosMaster", usual: usualPort, of: "the Mesos master" }],
  memory: { classic: 120, rehearsal: 50 },
  entry,
  pages: (lab) =>
    masterAddresses(lab).map((address) => ({
      title: "Mesos",
      service: "mesos-master",
      url: `http://${address.replace(/:80$/, "")}/`,
    })),
  standIn: {
    name: "mesos-master",
    image: { env: { MESOS_WORK_DIR: workFolder }, volumes: [workFolder] },
    told: (_lab, _machine, { own }) => ({ env: { MESOS_WORK_DIR: `${own}/mesos-master` } }),
  },
};

function entry(lab: Lab, machine: Machine): Entry {
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
        ...(port === usualPort ? {} : { MESOS_PORT: String(port) }),
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
