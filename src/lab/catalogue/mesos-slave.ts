import { type Lab, type Machine, machinesWith, portsOf } from "../model.ts";
import { ordinal, zookeeperUrl } from "./addresses.ts";
import { type Entry, everywhere } from "./container.ts";
import { slaveAdditions } from "./other-images.ts";
import type { Service } from "./service.ts";

const usualPort = 5051;
/** Where a slave in a machine keeps what it remembers, and the sandboxes of its tasks. */
export const slaveFolder = "/tmp/mesos";

export const mesosSlave: Service = {
  title: "Mesos slave",
  called: "the Mesos slave",
  images: {
    classic: "mesoscloud/mesos-slave:0.24.1-ubuntu-14.04",
    rehearsal: "mesos-lab/mesos-slave:rehearsal",
  },
  ports: [{ name: "mesosSlave", usual: usualPort, of: "the Mesos slave" }],
  memory: { classic: 120, rehearsal: 50 },
  entry,
  standIn: {
    name: "mesos-agent",
    image: {
      env: {
        MESOS_WORK_DIR: slaveFolder,
        MESOS_CONTAINERIZERS: "docker,mesos",
        MESOS_EXECUTOR_REGISTRATION_TIMEOUT: "5mins",
      },
      volumes: [slaveFolder],
    },
    told: (lab, machine, { work }) => ({
      env: {
        MESOS_WORK_DIR: work,
        MESOS_RESOURCES: sharedResources(lab, machine),
        // A real agent waits up to a second so that a thousand do not come at once.
        MESOS_REGISTRATION_BACKOFF_FACTOR: "50ms",
      },
    }),
  },
};

const apparmor = "/usr/lib/x86_64-linux-gnu/libapparmor.so.1";

function entry(lab: Lab, machine: Machine): Entry {
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
        `${slaveFolder}:${slaveFolder}`,
      ],
      env: {
        MESOS_HOSTNAME: machine.ip,
        MESOS_IP: machine.ip,
        ...(port === usualPort ? {} : { MESOS_PORT: String(port) }),
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

/** Where the ports for tasks begin, as in Mesos; each slave of one host has a range of its own. */
const firstTaskPort = 31_000;
const portsPerSlave = 1_000;
const portsForAll = 12_000;

/** What a virtual machine of that size would offer, with ports of its own. */
function sharedResources(lab: Lab, machine: Machine): string {
  const slaves = machinesWith(lab, "mesos-slave");
  const index = ordinal(slaves, machine) - 1;
  const size = slaves.length === 1 ? 1_001 : Math.min(portsPerSlave, Math.floor(portsForAll / slaves.length));
  const first = firstTaskPort - index * size;
  const memory = machine.memory >= 2_048 ? machine.memory - 1_024 : Math.floor(machine.memory / 2);
  return `cpus:${machine.cpus};mem:${memory};ports:[${first}-${first + size - 1}]`;
}
