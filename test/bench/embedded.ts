import { randomInt } from "node:crypto";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type WorkshopLab, workshopLab } from "../helpers/workshop/lab.ts";
import { openWorkshop, type Workshop } from "../helpers/workshop/workshop.ts";
import { events } from "./events.ts";
import { print, writeFigures } from "./figures.ts";
import { firstMinute } from "./first-minute.ts";
import { bareNodes, barePrograms, median, pathWith, processSizes, timed } from "./measures.ts";
import { recovery } from "./recovery.ts";
import { ask, postApp } from "./requests.ts";

/**
 * What an embedded lab costs, side by side with as many bare Node processes in the same run; and how it grows.
 * `npm run bench`; `npm run bench -- quick` leaves the growth out; `--json FILE` keeps every figure.
 */

const rounds = 7;
const sizes = [
  { slaves: 1, tasks: 10 },
  { slaves: 10, tasks: 100 },
  { slaves: 50, tasks: 500 },
  { slaves: 100, tasks: 1_000 },
];
/** For all tasks of a lab to run. */
const tasksMs = 20 * 60_000;

/** Applications without tasks, and how many of the newest are asked for and posted with the clock running. */
const manyApps = 1_000;
const askedApps = 100;

const words = process.argv.slice(2);
const jsonFile = words.includes("--json") ? words[words.indexOf("--json") + 1] : undefined;
const workshop = openWorkshop();
try {
  for (const [title, path] of [
    ["two machines, ZooKeeper and HAProxy of this host, as far as it has them", process.env.PATH],
    ["two machines, the lab's own store, this host's HAProxy", pathWith(workshop.folder(), ["haproxy"])],
    ["two machines, the lab's own store and proxy", pathWith(workshop.folder(), [])],
  ] as const) {
    const lab = workshopLab(workshop, "runsOn: embedded\n", path);
    await startAndSize(title, lab);
  }
  await firstMinute(workshop);
  await recovery(workshop);
  await events(workshop);
  await answers(workshop);
  if (!words.includes("quick")) for (const { slaves, tasks } of sizes) await scale(workshop, slaves, tasks);
  if (jsonFile !== undefined) writeFigures(jsonFile);
} finally {
  await workshop.close();
}

async function startAndSize(title: string, lab: WorkshopLab): Promise<void> {
  const creates: number[] = [];
  const bare: number[] = [];
  const seconds: number[] = [];
  const resets: number[] = [];
  const destroys: number[] = [];
  let processes: ReturnType<typeof processSizes> = [];
  for (let round = 0; round < rounds; round += 1) {
    creates.push(await timed(() => lab.run("create")));
    processes = processSizes(lab);
    seconds.push(await timed(() => lab.run("create")));
    resets.push(await timed(() => lab.run("reset")));
    // The tool itself is one more process.
    bare.push(await bareNodes(processes.filter(isNode).length + 1));
    destroys.push(await timed(() => lab.run("destroy")));
  }
  const total = (key: "rss" | "pss") => processes.reduce((sum, one) => sum + one[key], 0);
  const ratios = creates.map((value, index) => value / (bare[index] ?? 1));
  const ratioToCreate = (values: readonly number[]) =>
    median(values.map((value, index) => value / (creates[index] ?? 1))).toFixed(2);
  print(title, { creates, bare, seconds, resets, destroys }, [
    ["create to verified", `${Math.round(median(creates))} ms`],
    [`${processes.filter(isNode).length + 1} bare Node processes at once`, `${Math.round(median(bare))} ms`],
    ["ratio, median of the rounds", median(ratios).toFixed(1)],
    ["second create", `${Math.round(median(seconds))} ms, ${ratioToCreate(seconds)} of the first`],
    ["reset", `${Math.round(median(resets))} ms, ${ratioToCreate(resets)} of create`],
    ["destroy", `${Math.round(median(destroys))} ms`],
    [
      "processes",
      `${processes.filter(isNode).length} of Node, ${processes.filter((one) => !isNode(one)).length} others`,
    ],
    ["resident memory, summed", `${Math.round(total("rss"))} MiB`],
    ["of it without what they share (PSS)", `${Math.round(total("pss"))} MiB`],
    ["load average of the minute", loadavg()[0]?.toFixed(1) ?? ""],
  ]);
}

/** What Marathon takes for one application when it has many. */
async function answers(workshop: Workshop): Promise<void> {
  const lab = workshopLab(workshop, labFile(1));
  await lab.run("create");
  const apps = `${lab.origin("marathon")}/v2/apps`;
  const posts: number[] = [];
  const gets: number[] = [];
  for (let index = 0; index < manyApps; index += 1) {
    const app = { id: `idle-${index}`, cmd: "exec sleep 3600", cpus: 0.1, mem: 16, instances: 0 };
    const post = await timed(() => postApp(apps, app));
    if (index < manyApps - askedApps) continue;
    posts.push(post);
    gets.push(await timed(async () => (await ask(`${apps}/idle-${index}`)).text()));
  }
  await lab.run("destroy");
  print(`Marathon with ${manyApps} applications, the last ${askedApps}`, { posts, gets }, [
    ["POST of one", `${median(posts).toFixed(1)} ms`],
    ["GET of one", `${median(gets).toFixed(1)} ms`],
  ]);
}

function isNode({ command }: { readonly command: string }): boolean {
  return command.startsWith(process.execPath);
}

async function scale(workshop: Workshop, slaves: number, tasks: number): Promise<void> {
  const lab = workshopLab(workshop, labFile(slaves));
  const create = await timed(() => lab.run("create"));
  const before = processSizes(lab);
  const running = await timed(() => runTasks(lab.origin("marathon"), tasks));
  const after = processSizes(lab);
  const bare = await barePrograms(tasks);
  const services = after.filter(isNode);
  const sum = (list: typeof after, key: "rss" | "pss") =>
    Math.round(list.reduce((all, one) => all + one[key], 0));
  const marathon = (list: typeof after) =>
    list.find(({ command }) => command.includes(" marathon@"))?.pss ?? Number.NaN;
  const kibEach = ((marathon(after) - marathon(before)) * 1024) / tasks;
  const destroy = await timed(() => lab.run("destroy"));
  print(
    `${slaves} slaves, ${tasks} tasks`,
    { create: [create], running: [running], bare: [bare], destroy: [destroy] },
    [
      ["create to verified", `${Math.round(create)} ms`],
      ["all tasks RUNNING", `${Math.round(running)} ms, ${(running / tasks).toFixed(1)} ms each`],
      ["as many bare programs, started by one Node process", `${Math.round(bare)} ms`],
      ["the lab's own memory without tasks", `${sum(before, "rss")} MiB, PSS ${sum(before, "pss")} MiB`],
      ["the lab's own memory with tasks", `${sum(services, "rss")} MiB, PSS ${sum(services, "pss")} MiB`],
      [
        "Marathon's own PSS",
        `${Math.round(marathon(after))} MiB, ${kibEach.toFixed(1)} KiB more for each task`,
      ],
      ["processes of Node", String(services.length)],
      ["destroy", `${Math.round(destroy)} ms`],
    ],
  );
}

/** @throws Error when they do not all run in time. */
async function runTasks(marathon: string, tasks: number): Promise<void> {
  const perApp = Math.min(tasks, 50);
  for (let index = 0; index < tasks / perApp; index += 1) {
    const app = { id: `sleep-${index}`, cmd: "exec sleep 3600", cpus: 0.1, mem: 16, instances: perApp };
    await postApp(`${marathon}/v2/apps`, app);
  }
  let seen = 0;
  for (const deadline = performance.now() + tasksMs; performance.now() < deadline; await sleep(100)) {
    const { apps } = (await (await ask(`${marathon}/v2/apps`)).json()) as {
      apps: { tasksRunning: number }[];
    };
    seen = apps.reduce((sum, app) => sum + app.tasksRunning, 0);
    if (seen === tasks) return;
  }
  throw new Error(`${seen} of ${tasks} tasks run after ${tasksMs / 60_000} min`);
}

function labFile(slaves: number): string {
  // An address of its own; and whatever has its ports already, the lab's record says what it got.
  const network = `127.0.${randomInt(40, 250)}`;
  const machines = Array.from(
    { length: slaves },
    (_, index) => `  - {name: slave-${index + 1}, ip: ${network}.${index + 100}, services: [mesos-slave]}`,
  );
  return `runsOn: embedded
machines:
  - {name: master, ip: ${network}.18, services: [zookeeper, mesos-master, marathon, bamboo]}
${machines.join("\n")}
`;
}
