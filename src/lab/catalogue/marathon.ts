import { type Lab, type Machine, portsOf } from "../model.ts";
import { marathonUrl, zookeeperUrl } from "./addresses.ts";
import { type Entry, everywhere } from "./container.ts";
import { defaultPorts } from "./ports.ts";

export function marathon(lab: Lab, machine: Machine): Entry {
  const port = portsOf(lab, machine).marathon;
  return {
    service: "marathon",
    machine,
    tutorial: {
      name: "ma",
      image: lab.images.marathon,
      network: "host",
      args: [
        "--master",
        zookeeperUrl(lab, "mesos"),
        "--zk",
        zookeeperUrl(lab, "marathon"),
        "--event_subscriber",
        "http_callback",
        ...(port === defaultPorts.marathon ? [] : ["--http_port", String(port)]),
      ],
    },
    additions: [
      ...everywhere,
      {
        add: { env: { LIBPROCESS_IP: machine.ip } },
        reason:
          "libprocess would advertise what the hostname resolves to, which Vagrant makes a loopback address",
      },
      {
        add: { args: ["--hostname", machine.ip] },
        reason: "the leader's address that Marathon publishes must be one that other machines can reach",
      },
      {
        add: { args: ["--reconciliation_interval", "30000"] },
        reason:
          "when all machines were off, Marathon would only ask after five minutes what became of its tasks, and start them anew",
      },
      {
        add: { env: { JVM_OPTS: "-Xmx512m" } },
        reason: "Marathon sets no heap limit, and the machine is shared with four other services",
      },
    ],
    ready: {
      means: "Marathon is elected and registered with Mesos",
      url: `${marathonUrl(lab, machine)}/v2/info`,
      condition:
        "ready_answer.json.elected | default(false) and ready_answer.json.frameworkId | default('', true) | length > 0",
    },
  };
}
