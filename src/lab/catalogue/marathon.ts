import { type Lab, type Machine, machinesWith, portsOf } from "../model.ts";
import { frameworkName, marathonUrl, mesosUrl, zookeeperUrl } from "./addresses.ts";
import { type Entry, effective, everywhere } from "./container.ts";
import { pageUrl, type Service } from "./service.ts";

const usualPort = 8080;

export const marathon: Service = {
  title: "Marathon",
  called: "Marathon",
  images: { classic: "mesosphere/marathon:v0.15.0", rehearsal: "mesos-lab/marathon:rehearsal" },
  ports: [{ name: "marathon", usual: usualPort, of: "Marathon" }],
  memory: { classic: 750, rehearsal: 80 },
  entry,
  pages: (lab) =>
    machinesWith(lab, "marathon").map((machine) => ({
      title: "Marathon",
      service: "marathon",
      url: pageUrl(machine, portsOf(lab, machine).marathon),
    })),
  standIn: {
    name: "marathon",
    told: (lab, machine) => ({
      args: [...(effective(entry(lab, machine)).args ?? []), "--http_address", machine.ip],
      // 5 s in Marathon, so that a thousand apps do not flood Mesos with requests for offers.
      env: { MARATHON_MIN_REVIVE_OFFERS_INTERVAL: "500" },
    }),
  },
};

function entry(lab: Lab, machine: Machine): Entry {
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
        mesosUrl(lab),
        "--zk",
        zookeeperUrl(lab, "marathon"),
        "--event_subscriber",
        "http_callback",
        ...(port === usualPort ? [] : ["--http_port", String(port)]),
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
      ...(lab.mesos?.found === undefined
        ? []
        : [
            {
              add: { args: ["--framework_name", frameworkName(lab)] },
              reason: "the Mesos that the lab joins may have other frameworks called marathon",
            },
          ]),
    ],
    ready: {
      means: "Marathon is elected and registered with Mesos",
      url: `${marathonUrl(lab, machine)}/v2/info`,
      condition:
        "ready_answer.json.elected | default(false) and ready_answer.json.frameworkId | default('', true) | length > 0",
    },
  };
}
