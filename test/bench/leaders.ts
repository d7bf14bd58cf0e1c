import type { DrillReport } from "../../src/drills/model/report.ts";
import { workshopLab } from "../helpers/workshop/lab.ts";
import { openWorkshop } from "../helpers/workshop/workshop.ts";

/**
 * `npm run bench:leaders [-- drill …]`: an embedded lab of three masters and three slaves, and each drill that meets a leader
 * three times: how long the page was away, and how long Marathon took no writes. ZooKeeper gives up a session after 10 s.
 */
const asked = process.argv.slice(2);
const drills = ["restart-marathon", "restart-master", "restart-zookeeper", "freeze-master"];
const network = "127.0.77";
const machine = (name: string, last: number, services: string) =>
  `  - {name: ${name}, ip: ${network}.${last}, services: [${services}]}\n`;
const masters = [1, 2, 3].map((n) =>
  machine(`m${n}`, 10 + n, `zookeeper, mesos-master, marathon${n === 1 ? ", bamboo" : ""}`),
);
const slaves = [1, 2, 3].map((n) => machine(`s${n}`, 20 + n, "mesos-slave"));

const workshop = openWorkshop();
const lab = workshopLab(workshop, `runsOn: embedded\nmachines:\n${[...masters, ...slaves].join("")}`);
try {
  await lab.run("create");
  await lab.run("demo");
  process.stdout.write("drill               broke          page away, ms    no writes, ms\n");
  for (const name of asked.length > 0 ? asked : drills)
    for (const report of await drill(name)) {
      const { outage } = report.lanes[0] ?? {};
      const cells = [lengthOf(outage), lengthOf(report.controlPlane?.outage)].map((cell) => cell.padEnd(18));
      process.stdout.write(`${name.padEnd(20)}${report.target.padEnd(15)}${cells.join("").trimEnd()}\n`);
    }
} finally {
  await lab.remove().catch((error: Error) => process.stderr.write(`${error.message}\n`));
  await workshop.close();
}

async function drill(name: string): Promise<readonly DrillReport[]> {
  const { exitCode, stdout: printed } = await lab.start("drill", name, "--repeat", "3", "--json").ran;
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
