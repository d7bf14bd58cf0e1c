import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import { dnsNames } from "../lab/catalogue/mesos-dns.ts";
import { type Lab, type Machine, machinesWith, portsOf } from "../lab/model.ts";
import { type Address, originOf, type ProbeContext } from "../probes/context.ts";
import { askDns } from "../probes/dns.ts";
import { askService } from "../probes/dns-service.ts";
import { askApps, askTasks, type MarathonTask } from "../probes/marathon.ts";
import { askHosts, askVersion } from "../probes/mesos-dns.ts";
import { about, type Claim, type Judgement } from "./claim.ts";
import { allOf, judgeAddresses, judgeService, judgeVersion } from "./judge/mesos-dns.ts";
import { judgeServed } from "./judge/served.ts";
import { askLeadingMaster } from "./leader.ts";
import { askTasksOf, visitAll } from "./served.ts";

export function mesosDnsClaims(lab: Lab): Claim[] {
  const [marathon] = machinesWith(lab, "marathon");
  return machinesWith(lab, "mesos-dns").flatMap((machine) => [
    answers(lab, machine),
    namesLeader(lab, machine),
    ...(marathon === undefined ? [] : [namesTasks(lab, machine, marathon), serves(lab, machine, marathon)]),
  ]);
}

function answers(lab: Lab, machine: Machine): Claim {
  const origin = (context: ProbeContext) => originOf(context, machine, portsOf(lab, machine).mesosDns);
  return {
    ...about("mesos-dns-answers", machine),
    service: "mesos-dns",
    title: "Mesos-DNS answers and knows a leader",
    expected: "Mesos-DNS 0.2 to 0.6, which is what this Mesos understands, with an address for leader.mesos",
    look: `curl -s http://${machine.ip}:${portsOf(lab, machine).mesosDns}/v1/version`,
    check: async (context) =>
      judgeVersion(
        ...(await Promise.all([
          askVersion(context, origin(context)),
          askHosts(context, origin(context), "leader.mesos"),
        ])),
      ),
  };
}

function namesLeader(lab: Lab, machine: Machine): Claim {
  return {
    ...about("mesos-dns-leader", machine),
    service: "mesos-dns",
    title: "leader.mesos is the leading master",
    expected: "the address in the leading master's pid",
    look: dig(lab, machine, "leader.mesos"),
    check: async (context) => {
      const { pid } = await askLeadingMaster(context, lab);
      const ip = /@([^:]+):/.exec(pid)?.[1] ?? pid;
      return judgeAddresses(
        "leader.mesos",
        await askDns(serverOf(context, lab, machine), "leader.mesos", "A", context),
        [ip],
      );
    },
  };
}

function namesTasks(lab: Lab, machine: Machine, marathon: Machine): Claim {
  return {
    ...about("mesos-dns-tasks", machine),
    service: "mesos-dns",
    title: "Mesos-DNS names the tasks that Marathon runs",
    expected: "an A record for the host and an SRV record for the port of every running task, and no others",
    look: dig(lab, machine, `${dnsNames(lab, "/tomcat").service} SRV`),
    check: async (context) => {
      const tasks = await askTasks(context, originOf(context, marathon, portsOf(lab, marathon).marathon));
      const running = tasks.filter((task) => task.startedAt);
      const apps = [...new Set(running.map(({ appId }) => appId))].sort();
      const judgements = await Promise.all(
        apps.map((app) =>
          appJudgements(
            context,
            lab,
            machine,
            running.filter((task) => task.appId === app),
          ),
        ),
      );
      return allOf(judgements.flat(), "no application");
    },
  };
}

function serves(lab: Lab, machine: Machine, marathon: Machine): Claim {
  return {
    ...about("mesos-dns-serves", machine),
    service: "mesos-dns",
    title: "The applications answer where Mesos-DNS leads to",
    expected: "an answer of the application's own at the host and port of its SRV record",
    look: dig(lab, machine, `${dnsNames(lab, "/tomcat").service} SRV`),
    check: async (context) => {
      const origin = originOf(context, marathon, portsOf(lab, marathon).marathon);
      const [apps, tasks] = await Promise.all([askApps(context, origin), askTasksOf(context, origin)]);
      const reached = apps.filter(({ id }) =>
        tasks.running(id).some(({ ports }) => (ports ?? []).length > 0),
      );
      const pages = reached.map(async ({ id }) => {
        const { service } = dnsNames(lab, id);
        const { targets } = await askService(serverOf(context, lab, machine), service, context);
        return targets.slice(0, 1).map(({ address, port }) => ({
          ...{ app: id, name: `${id} at ${address}:${port}` },
          url: `http://${address}:${port}/`,
        }));
      });
      return judgeServed(await visitAll(context, tasks, (await Promise.all(pages)).flat()));
    },
  };
}

async function appJudgements(
  context: ProbeContext,
  lab: Lab,
  machine: Machine,
  tasks: readonly MarathonTask[],
): Promise<Judgement[]> {
  const { address, service } = dnsNames(lab, tasks[0]?.appId ?? "");
  const placed = await Promise.all(
    tasks.map(async ({ host, ports }) => ({ host: await addressOfHost(host), ports: ports ?? [] })),
  );
  const hosts = placed.map(({ host }) => host);
  const ports = placed.flatMap((task) => task.ports.map((port) => `${task.host}:${port}`));
  return [
    judgeAddresses(address, await askDns(serverOf(context, lab, machine), address, "A", context), hosts),
    ...(ports.length === 0
      ? []
      : [judgeService(service, await askService(serverOf(context, lab, machine), service, context), ports)]),
  ];
}

/** Agents of somebody else's Mesos may be known by names. */
async function addressOfHost(host: string): Promise<string> {
  if (isIPv4(host)) return host;
  const { address } = await lookup(host, 4).catch(() => ({ address: host }));
  return address;
}

function serverOf(context: ProbeContext, lab: Lab, machine: Machine): Address {
  return context.addressOf(machine, portsOf(lab, machine).dns);
}

function dig(lab: Lab, machine: Machine, question: string): string {
  const { dns } = portsOf(lab, machine);
  return `dig @${machine.ip}${dns === 53 ? "" : ` -p ${dns}`} +short ${question}`;
}
