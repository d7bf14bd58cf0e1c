import { type Lab, type Machine, portsOf } from "../model.ts";
import { slaveNumber, zookeeperUrl } from "./addresses.ts";
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
      name: `ms${slaveNumber(lab, machine)}`,
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

/** Of the first slaves, each has a thousand ports for its tasks, as in Mesos. */
const firstTaskPort = 31_000;
const portsOfFirst = { slaves: 6, each: 1_000 } as const;
/** The others share what is left above the applications' service ports. */
const portsOfOthers = { from: 20_000, each: 30 } as const;

/**
 * What a virtual machine of that size would offer, with ports of its own: all are on one host. They go by the slave's
 * number alone, so that a slave that joins or leaves changes nothing for the others.
 */
function sharedResources(lab: Lab, machine: Machine): string {
  const memory = machine.memory >= 2_048 ? machine.memory - 1_024 : Math.floor(machine.memory / 2);
  const [first, last] = taskPorts(slaveNumber(lab, machine) - 1);
  return `cpus:${machine.cpus};mem:${memory};ports:[${first}-${last}]`;
}

/** @param index from 0 */
function taskPorts(index: number): readonly [number, number] {
  // Mesos' own range has one more.
  if (index === 0) return [firstTaskPort, firstTaskPort + portsOfFirst.each];
  const [first, size] =
    index < portsOfFirst.slaves
      ? [firstTaskPort - index * portsOfFirst.each, portsOfFirst.each]
      : [portsOfOthers.from + (index - portsOfFirst.slaves) * portsOfOthers.each, portsOfOthers.each];
  return [first, first + size - 1];
}
