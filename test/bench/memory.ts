import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { drills } from "../../src/drills/catalogue.ts";
import { LabError } from "../../src/errors.ts";
import { discoveryNames } from "../../src/lab/model.ts";
import { logs } from "../helpers/run/logs.ts";
import { buildBox } from "../helpers/vm-box.ts";
import { openVmNamespace } from "../helpers/vm-namespace.ts";

/**
 * The least memory with which a lab on virtual machines does all that it is for, with every way of discovery: it is made and
 * verified, serves the app in one task and in two, goes through the lesson and through every drill.
 * `npm run bench:memory`, or `-- 640 768` for these sizes; from the smallest on, and the first that holds is the last that is
 * tried. As root, with nothing else at work: half an hour for a size that holds, in software.
 */

const usual = [512, 640, 768, 896, 1024];
const limitMs = 30 * 60_000;
/** Seconds. A slow machine is none with too little memory. */
const deadlineS = "900";
/** A task more is there in seconds, or never. */
const tasksMs = 120_000;
/** Of a failure's output. */
const toldLines = 15;
const root = new URL("../..", import.meta.url).pathname;
const cli = join(root, "dist/cli.js");

const given = process.argv.slice(2).map(Number);
const sizes = given.length === 0 ? usual : given;
const desk = mkdtempSync(join(tmpdir(), "mesos-lab-memory-"));
const env = { VAGRANT_HOME: join(desk, "vagrant") };
process.env.VAGRANT_HOME = env.VAGRANT_HOME;
await buildBox(root, join(logs, "memory-build.log"), (_, work) => work);
const namespace = await openVmNamespace();
try {
  let least: number | undefined;
  for (const size of sizes) {
    const missing = await tryWith(size);
    process.stdout.write(`${size} MiB: ${missing ?? "everything holds"}\n`);
    await lab("destroy", "--yes");
    if (missing !== undefined) continue;
    least = size;
    break;
  }
  if (least === undefined) process.exitCode = 1;
} finally {
  await namespace.close();
  rmSync(desk, { recursive: true, force: true });
}

/** What does not hold with so much memory; undefined where all does. */
async function tryWith(size: number): Promise<string | undefined> {
  const file = [
    ...["stack: rehearsal", "provider: libvirt", "box: {name: mesos-lab/rehearsal}"],
    ...[`discovery: [${discoveryNames.join(", ")}]`, "machines:"],
    `  - {name: master, ip: 192.168.33.18, memory: ${size}, services: [zookeeper, mesos-master, marathon]}`,
    `  - {name: slave, ip: 192.168.33.19, memory: ${size}, services: [mesos-slave]}`,
  ];
  writeFileSync(join(desk, "mesos-lab.yaml"), `${file.join("\n")}\n`);
  try {
    await timed(size, "create");
    process.stderr.write(`${await used()}\n`);
    await timed(size, "demo");
    // A second task is the first thing that people try by themselves.
    for (const instances of [2, 1])
      if (!(await scaled(instances))) return `no room for ${instances} tasks of the app`;
    await timed(size, "verify");
    for (const { name } of drills) await timed(size, "drill", name, "--deadline", deadlineS);
    const { steps } = JSON.parse((await lab("lesson", "--json")).stdout) as { steps: { id: string }[] };
    for (const { id } of steps) await timed(size, "lesson", "solve", id);
    await timed(size, "verify");
    process.stderr.write(`${await used()}\n`);
    return undefined;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return `${error.message}\n${(error.details ?? []).slice(-toldLines).join("\n")}`;
  }
}

/** Whether so many tasks of the app run in the end. */
async function scaled(instances: number): Promise<boolean> {
  const app = "http://192.168.33.18:8080/v2/apps//tomcat";
  const change = ["--request", "PUT", "--header", "Content-Type: application/json"];
  await curl(...change, "--data", JSON.stringify({ instances }), app);
  for (const deadline = performance.now() + tasksMs; performance.now() < deadline; await sleep(1_000)) {
    const { tasksRunning, deployments } = JSON.parse(await curl(app)).app;
    if (tasksRunning === instances && deployments.length === 0) return true;
  }
  return false;
}

async function curl(...args: string[]): Promise<string> {
  return (await namespace.exec("curl", ["--silent", "--show-error", "--fail", ...args])).stdout;
}

async function timed(size: number, ...words: string[]): Promise<void> {
  const begin = performance.now();
  process.stderr.write(`${size} MiB: ${words.join(" ")}\n`);
  await lab(...words);
  process.stderr.write(`  ${Math.round((performance.now() - begin) / 1000)} s\n`);
}

/** What each machine has, and what of it is in use. */
async function used(): Promise<string> {
  const all = ["master", "slave"].map(async (name) => {
    const { stdout } = await lab("ssh", name, "--", "free", "--mebi");
    return `${name}: ${/^Mem:.*$/m.exec(stdout)?.[0].replace(/ +/g, " ")}`;
  });
  return (await Promise.all(all)).join("; ");
}

function lab(...args: string[]) {
  const logFile = join(logs, "memory-commands.log");
  return namespace.exec(process.execPath, [cli, ...args], { cwd: desk, env, timeoutMs: limitMs, logFile });
}
