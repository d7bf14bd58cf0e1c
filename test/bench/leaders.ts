import type { DrillReport } from "../../src/drills/model/report.ts";
import { embeddedLeaders, hostLeaders, type LeaderLab } from "./leader-labs.ts";

/**
 * `npm run bench:leaders [-- hosts] [drill …]`: a lab of three masters and three slaves, embedded or on six hosts, and each
 * drill that meets a leader three times: how long the page was away, and how long Marathon took no writes. ZooKeeper gives
 * up a session after 10 s.
 */
const [first, ...others] = process.argv.slice(2);
const onHosts = first === "hosts";
const asked = onHosts || first === undefined ? others : [first, ...others];
const usual = ["restart-marathon", "restart-master", "restart-zookeeper", "freeze-master"];
const drills = asked.length > 0 ? asked : onHosts ? [...usual, "reboot-master"] : usual;

const lab = await (onHosts ? hostLeaders() : embeddedLeaders());
try {
  await done(lab, "create");
  await done(lab, "demo");
  process.stdout.write("drill               broke          page away, ms    no writes, ms\n");
  for (const name of drills)
    for (const report of await drill(name)) {
      const { outage } = report.lanes[0] ?? {};
      const cells = [lengthOf(outage), lengthOf(report.controlPlane?.outage)].map((cell) => cell.padEnd(18));
      process.stdout.write(`${name.padEnd(20)}${report.target.padEnd(15)}${cells.join("").trimEnd()}\n`);
    }
} finally {
  await lab.close();
}

async function done({ run }: LeaderLab, command: string): Promise<void> {
  const { exitCode, stdout } = await run(command);
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${stdout}`);
}

async function drill(name: string): Promise<readonly DrillReport[]> {
  const { exitCode, stdout: printed } = await lab.run("drill", name, "--repeat", "3", "--json");
  if (exitCode !== 0)
    process.stdout.write(`${name} ended with ${exitCode}: ${printed.trim().split("\n").at(-1)}\n`);
  const result = printed.split("\n").find((line) => line.includes('"event":"result"'));
  return result === undefined ? [] : (JSON.parse(result) as { drills: DrillReport[] }).drills;
}

function lengthOf(outage: DrillReport["lanes"][number]["outage"] | undefined): string {
  if (outage === undefined) return "not measured";
  if (outage.neverDown) return "0";
  return outage.ms === null ? outage.state : String(Math.round(outage.ms));
}
