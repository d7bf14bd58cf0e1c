import { type Lab, type Machine, machinesWith, portsOf } from "../model.ts";
import { ordinal, zookeeperUrl } from "./addresses.ts";
import { type Entry, everywhere } from "./container.ts";
import { slaveAdditions } from "./other-images.ts";
import { defaultPorts } from "./ports.ts";

const apparmor = "/usr/lib/x86_64-linux-gnu/libapparmor.so.1";

export function mesosSlave(lab: Lab, machine: Machine): Entry {
  const port = portsOf(lab, machine).mesosSlave;
  return {
    service: "mesos-slave",
    machine,
    tutorial: {
      name: `ms${ordinal(machinesWith(lab, "mesos-slave"), machine)}`,
      image: lab.images["mesos-slave"],
      network: "host",
      pid: "host",
      privileged: true,
      volumes: [
        "/usr/bin/docker:/usr/bin/docker",
        "/dev:/dev",
        `${apparmor}:${apparmor}:ro`,
        "/var/run/docker.sock:/var/run/docker.sock",
        "/var/log/mesos:/var/log/mesos",
        "/tmp/mesos:/tmp/mesos",
      ],
      env: {
        MESOS_HOSTNAME: machine.ip,
        MESOS_IP: machine.ip,
        ...(port === defaultPorts.mesosSlave ? {} : { MESOS_PORT: String(port) }),
        MESOS_MASTER: zookeeperUrl(lab, "mesos"),
        MESOS_CONTAINERIZERS: "docker,mesos",
      },
    },
    additions: [
      ...everywhere,
      ...slaveAdditions(lab),
      {
        add: { volumes: ["/sys/fs/cgroup:/sys/fs/cgroup"] },
        reason: "the slave sets its tasks' limits in the host's cgroups, and sees only its own without this",
      },
    ],
    ready: {
      means: "the Mesos slave answers",
      url: `http://${machine.ip}:${port}/state.json`,
      condition: "ready_answer.json.id | default('') | length > 0",
    },
  };
}
