import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunOptions } from "../../src/tools/exec.ts";
import { logs } from "../helpers/run/logs.ts";
import { buildBox } from "../helpers/vm-box.ts";
import { openVmNamespace, type VmNamespace } from "../helpers/vm-namespace.ts";
import { median, timed } from "./measures.ts";

/**
 * What `create` takes on two virtual machines beside the same by hand, in turns in one run; and what the other verbs take.
 * `npm run bench -- vm`; `--json FILE` keeps every figure. As root, with nothing else at work: half an hour in software, and the box's build.
 */

const rounds = 3;
const pages = [
  "http://192.168.33.18:5050/health",
  "http://192.168.33.18:8080/ping",
  "http://192.168.33.18:8000/status",
];
const answerMs = 15 * 60_000;
const minutes = (count: number) => count * 60_000;
const root = new URL("../..", import.meta.url).pathname;
const cli = join(root, "dist/cli.js");

const words = process.argv.slice(2);
const jsonFile = words.includes("--json") ? words[words.indexOf("--json") + 1] : undefined;
/** Seconds, by what was measured. */
const figures: Record<string, number[]> = {};

const desk = mkdtempSync(join(tmpdir(), "mesos-lab-bench-"));
const folder = join(desk, "generated/mesos-lab");
const env = { VAGRANT_HOME: join(desk, "vagrant") };
process.env.VAGRANT_HOME = env.VAGRANT_HOME;
writeFileSync(
  join(desk, "mesos-lab.yaml"),
  "stack: rehearsal\nprovider: libvirt\nbox: {name: mesos-lab/rehearsal}\n",
);
let namespace: VmNamespace | undefined;
try {
  const logFile = join(logs, "bench-build.log");
  await buildBox(root, logFile, (_, work) => work);
  namespace = await openVmNamespace();
  await others();
  for (let round = 0; round < rounds; round += 1) {
    await measure("create", () => lab("create"));
    await lab("destroy", "--yes");
    await lab("render");
    await measure("by hand", byHand);
    await inFolder("vagrant", "destroy", "--force");
    await lab("destroy", "--yes");
  }
  print();
} finally {
  await namespace?.close();
  rmSync(desk, { recursive: true, force: true });
}

/** One lab through its life; its first `create` is not counted, since libvirt copies the box then. */
async function others(): Promise<void> {
  await measure("first create, with libvirt's copy of the box", () => lab("create"));
  for (let round = 0; round < rounds; round += 1) {
    await measure("second create", () => lab("create"));
    await measure("vagrant status", () => inFolder("vagrant", "status"));
  }
  await measure("verify", () => lab("verify"));
  await measure("status", () => lab("status"));
  for (let round = 0; round < rounds; round += 1) {
    await measure("demo", () => lab("demo"));
    await measure("reset", () => lab("reset"));
  }
  await measure("halt", () => lab("halt"));
  await measure("up", () => lab("up"));
  await measure("destroy", () => lab("destroy", "--yes"));
}

/** What the rendered README says, and then looking until all three pages answer. */
async function byHand(): Promise<void> {
  await inFolder("vagrant", "up");
  await inFolder("ansible-playbook", "site.yml");
  for (const page of pages) await untilAnswers(page);
}

/** @throws Error with curl's last words when it does not answer in time. */
async function untilAnswers(page: string): Promise<void> {
  let said = "";
  for (const deadline = performance.now() + answerMs; performance.now() < deadline; await sleep(1_000)) {
    const asked = await inside("curl", ["--fail", "--silent", "--show-error", "--max-time", "10", page], {
      accept: "any",
    });
    if (asked.exitCode === 0) return;
    said = asked.stderr.trim();
  }
  throw new Error(`${page} does not answer after ${answerMs / 60_000} min: ${said}`);
}

async function measure(what: string, work: () => Promise<unknown>): Promise<void> {
  const seconds = (await timed(work)) / 1000;
  figures[what] = [...(figures[what] ?? []), seconds];
  process.stderr.write(`${what}: ${seconds.toFixed(1)} s (load ${loadavg()[0]?.toFixed(1)})\n`);
}

function lab(...args: string[]) {
  return inside(process.execPath, [cli, ...args]);
}

function inFolder(file: string, ...args: string[]) {
  return inside(file, args, {}, folder);
}

function inside(file: string, args: readonly string[], options: RunOptions = {}, cwd = desk) {
  if (namespace === undefined) throw new Error("no namespace");
  const logFile = join(logs, "bench-commands.log");
  return namespace.exec(file, args, { cwd, env, timeoutMs: minutes(30), logFile, ...options });
}

function print(): void {
  const ratioOf = (what: string, to: string) =>
    median((figures[what] ?? []).map((value, index) => value / (figures[to]?.[index] ?? Number.NaN)));
  const ratios = {
    "create / by hand, median of the pairs": ratioOf("create", "by hand"),
    "second create / vagrant status, median of the pairs": ratioOf("second create", "vagrant status"),
    "reset / create": median(figures.reset ?? []) / median(figures.create ?? []),
  };
  const rows = Object.entries(figures).map(([what, all]) => [
    what,
    all.map((one) => one.toFixed(1)).join(", "),
  ]);
  const width = Math.max(
    ...[...rows.map(([what]) => what ?? ""), ...Object.keys(ratios)].map(({ length }) => length),
  );
  for (const [what = "", seconds] of rows) process.stdout.write(`${what.padEnd(width)}  ${seconds} s\n`);
  for (const [what, ratio] of Object.entries(ratios))
    process.stdout.write(`${what.padEnd(width)}  ${ratio.toFixed(2)}\n`);
  if (jsonFile !== undefined)
    writeFileSync(jsonFile, JSON.stringify({ seconds: figures, ratios }, undefined, 2));
}
