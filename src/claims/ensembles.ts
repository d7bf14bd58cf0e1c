import { quorum } from "../lab/catalogue/addresses.ts";
import { type Lab, machinesWith, portsOf } from "../lab/model.ts";
import { hasZookeeper } from "../lab/runs.ts";
import { originOf } from "../probes/context.ts";
import { askInfoAndWay } from "../probes/marathon.ts";
import { ProbeError } from "../probes/probe-error.ts";
import { askZookeeper } from "../probes/zookeeper.ts";
import { about, type Claim } from "./claim.ts";
import { judgeEnsemble, judgeLeaderProxy, judgeQuorum } from "./judge/ensembles.ts";
import { askLeadingMaster } from "./leader.ts";

/** What has to be true of services of which there are several. */
export function ensembleClaims(lab: Lab): Claim[] {
  return [...zookeeperClaim(lab), ...masterClaim(lab), ...marathonClaim(lab)];
}

function zookeeperClaim(lab: Lab): Claim[] {
  const servers = machinesWith(lab, "zookeeper");
  const [first] = servers;
  if (servers.length < 2 || first === undefined || !hasZookeeper(lab)) return [];
  const port = portsOf(lab, first).zookeeper;
  return [
    {
      ...about("zookeeper-quorum", ...servers),
      service: "zookeeper",
      title: "One ZooKeeper leads a majority",
      expected: `1 leader, and ${majority(servers.length)} of ${servers.length} that serve`,
      look: `echo srvr | nc ${first.ip} ${port}`,
      check: async (context) => {
        const modes = servers.map(async (machine) => {
          const address = context.addressOf(machine, portsOf(lab, machine).zookeeper);
          return askZookeeper(address, context).then(({ mode }) => mode, silent);
        });
        return judgeEnsemble(await Promise.all(modes));
      },
    },
  ];
}

function masterClaim(lab: Lab): Claim[] {
  const masters = machinesWith(lab, "mesos-master");
  const [first] = masters;
  if (masters.length < 2 || first === undefined) return [];
  return [
    {
      ...about("mesos-quorum", ...masters),
      service: "mesos-master",
      title: "A majority of the Mesos masters decides",
      expected: `the leading master's quorum is ${quorum(lab)}, of ${masters.length}`,
      look: `curl -s http://${first.ip}:${portsOf(lab, first).mesosMaster}/state.json`,
      check: async (context) => judgeQuorum(await askLeadingMaster(context, lab), quorum(lab)),
    },
  ];
}

function marathonClaim(lab: Lab): Claim[] {
  const machines = machinesWith(lab, "marathon");
  const [first] = machines;
  if (machines.length < 2 || first === undefined) return [];
  const addresses = machines.map((machine) => `${machine.ip}:${portsOf(lab, machine).marathon}`);
  return [
    {
      ...about("marathon-leader-proxy", ...machines),
      service: "marathon",
      title: "One Marathon leads, the others hand on to it",
      expected: `one leader of ${addresses.join(", ")}, whose answers the others give`,
      look: `curl -si http://${addresses[0]}/v2/info`,
      check: async (context) => {
        const answers = machines.map((machine) =>
          askInfoAndWay(context, originOf(context, machine, portsOf(lab, machine).marathon)),
        );
        return judgeLeaderProxy(addresses, await Promise.all(answers));
      },
    },
  ];
}

function majority(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** A server that is away is for a majority to bear. */
function silent(error: unknown): undefined {
  if (error instanceof ProbeError) return undefined;
  throw error;
}
