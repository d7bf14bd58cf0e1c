import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab, PortName } from "../../../src/lab/model.ts";
import { type Ran, type WorkshopLab, workshopLab } from "../../helpers/workshop/lab.ts";
import { labFile } from "../lab-file.ts";
import type { Stress } from "../stress.ts";
import { mark } from "./hostile.ts";
import { type Door, dnsDoor, httpDoor, type Mood, tcpDoor } from "./hostile-doors.ts";
import { randomOf } from "./random.ts";
import { residentTool } from "./resident-tool.ts";

/** Of the answers, how many are hostile: few let a verb come far, and what waits for good ones must not wait for ever. */
const often = [0.03, 0.3, 0.9, 1];
const seldom = [0.003, 0.01, 0.03];

/** The verbs that read what the lab's services answer, without those that take minutes under such answers. */
const quick = [
  { words: ["verify", "--timeout", "3"], shares: often },
  { words: ["status"], shares: often },
  { words: ["verify", "--timeout", "3", "--json"], shares: often },
  { words: ["demo"], shares: [0.03, 0.1] },
  { words: ["dig", "_tomcat._tcp.marathon.mesos", "SRV"], shares: often },
  { words: ["verify", "--timeout", "3"], shares: often },
  { words: ["status", "--json"], shares: often },
  { words: ["dig", "leader.mesos"], shares: often },
  { words: ["logs", "marathon", "--tail", "20"], shares: often },
  { words: ["demo", "--remove"], shares: [0.03, 0.1] },
] as const;
const drill = ["drill", "kill-task", "--settle", "1", "--deadline", "8"] as const;
const verbs = [
  ...[...quick, ...quick, { words: drill, shares: seldom }],
  ...[...quick, ...quick, { words: [...drill, "--compare", "--json"], shares: seldom }],
] as const;
/** 2 is said of a refusal in the 4xx, which an app of the user's own may be the cause of. */
const expected = new Set([0, 2, 4, 5, 6]);

/** Verbs whose questions are answered by anything: each ends with a sentence and an exit code of its own, and cleans what it shows. */
export const fuzzAnswers: Stress = async ({ workshop, count, seed, say }) => {
  const lab = workshopLab(
    workshop,
    labFile("discovery: [bamboo, mesos-dns, marathon-lb, haproxy-marathon-bridge]"),
  );
  await lab.run("create");
  await lab.run("demo");
  const mood: Mood = { random: randomOf(seed), share: 0, hostile: 0 };
  const { doors, restore, enter } = await standBefore(lab, mood);
  const tool = residentTool(workshop.cli, lab.folder);
  const failures: string[] = [];
  const exits = new Map<string, number>();
  for (let run = 0; mood.hostile < count && failures.length < 50; run += 1) {
    mood.random = randomOf(seed * 1_000_003 + run);
    const { words, shares } = verbs[run % verbs.length] as (typeof verbs)[number];
    mood.share = mood.random.one(shares);
    enter();
    // What stays open after a drill could not be told from what the next one opens: it has a program of its own.
    const ran = await (words[0] === "drill" ? lab.start(...words).ran : tool.run(words));
    const name = `${words.slice(0, 2).join(" ")} ${ran.signal ?? ran.exitCode}`;
    exits.set(name, (exits.get(name) ?? 0) + 1);
    failures.push(
      ...faultsOf(ran, lab).map((fault) => `run ${run} of seed ${seed} (${words.join(" ")}): ${fault}`),
    );
    if (words[0] === "demo" && words[1] === "--remove") {
      restore();
      await lab.run("demo");
    }
    if (run % 20 === 0)
      say(`${run} runs, ${mood.hostile} of ${count} hostile answers, ${failures.length} failed`);
  }
  for (const [name, times] of [...exits].sort()) say(`${times} times ${name}`);
  restore();
  tool.close();
  for (const door of doors) await door.close();
  for (const words of [["demo"], ["verify"], ["destroy"]])
    await lab.run(...words).catch((error: Error) => failures.push(`afterwards: ${error.message}`));
  rmSync(lab.folder, { recursive: true });
  return failures;
};

function faultsOf({ exitCode, signal, stdout, stderr }: Ran, { folder }: WorkshopLab): string[] {
  const said = `${stdout}${stderr}`;
  const faults: string[] = [];
  if (exitCode === null || !expected.has(exitCode))
    faults.push(`ended with ${signal ?? exitCode}: ${said.slice(-3_000)}`);
  else if (/internal error|\n {4}at /.test(said)) faults.push(`says ${said.slice(-3_000)}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may reach a terminal
  const raw = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.exec(said);
  if (raw !== null)
    faults.push(`shows ${JSON.stringify(said.slice(Math.max(0, raw.index - 200), raw.index + 100))}`);
  const reports = join(folder, "generated/mesos-lab/reports");
  for (const page of namesIn(reports).filter((name) => name.endsWith(".html"))) {
    if (readFileSync(join(reports, page), "utf8").includes(mark))
      faults.push(`${page} has markup of a service`);
  }
  rmSync(reports, { recursive: true, force: true });
  return faults;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Has the lab's record name the doors in place of the services; `restore` takes that back. */
async function standBefore(lab: WorkshopLab, mood: Mood) {
  const file = join(lab.folder, "generated/mesos-lab/lab.json");
  const honest = readFileSync(file, "utf8");
  const record = JSON.parse(honest) as { lab: Lab };
  const doors: Door[] = [];
  const machines = [];
  for (const machine of record.lab.machines) {
    const ports: Partial<Record<PortName, number>> = { ...machine.ports };
    for (const [name, usual] of Object.entries({ ...record.lab.ports, ...machine.ports }) as [
      PortName,
      number,
    ][]) {
      const open = name === "dns" ? dnsDoor : name === "zookeeper" ? tcpDoor : httpDoor;
      const door = await open({ host: machine.ip, port: usual }, mood);
      doors.push(door);
      ports[name] = door.port;
    }
    machines.push({ ...machine, ports });
  }
  const hostile = JSON.stringify({ ...record, lab: { ...record.lab, machines } });
  return {
    doors,
    restore: () => writeFileSync(file, honest),
    enter: () => writeFileSync(file, hostile),
  };
}
