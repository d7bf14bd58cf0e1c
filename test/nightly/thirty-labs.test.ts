import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildTool } from "../helpers/built-tool.ts";
import { type EmbeddedLab, embeddedLab, post, runningTasks } from "../helpers/embedded-lab.ts";
import { until } from "../helpers/eventually.ts";

/** The server of a classroom: thirty embedded labs at once on one host, each at addresses of its own. */

const built = mkdtempSync(join(tmpdir(), "mesos-lab-built-"));
const labs: EmbeddedLab[] = [];
const figures: string[] = [];
const marathon = ({ master }: EmbeddedLab) => `http://${master}:8080`;
const ownApp = (lab: EmbeddedLab) => `/seat-${labs.indexOf(lab) + 1}`;

beforeAll(() => {
  const cli = buildTool(built);
  for (let seat = 1; seat <= 30; seat += 1) labs.push(embeddedLab({}, "", cli, `127.0.${60 + seat}`));
});
afterAll(async () => {
  await inTurns(labs, (lab) => lab.remove());
  rmSync(built, { recursive: true, force: true });
  process.stdout.write(`${figures.join("\n")}\n`);
});

/** As many at once as the host has processors. */
async function inTurns<T>(all: readonly T[], work: (each: T) => Promise<unknown>): Promise<void> {
  const left = [...all];
  const turn = async () => {
    for (let each = left.shift(); each !== undefined; each = left.shift()) await work(each);
  };
  await Promise.all(cpus().map(turn));
}

async function timed(what: string, work: Promise<unknown>): Promise<void> {
  const begin = performance.now();
  await work;
  figures.push(`${what}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}

/** Memory of a lab's processes in MiB; what several share is counted in parts. */
function memoryOf(lab: EmbeddedLab): number {
  return lab.processes().reduce((sum, { pid }) => {
    try {
      const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
      return sum + Number(pss) / 1024;
    } catch {
      // Ended since it was found: HAProxy's, when it checks a configuration.
      return sum;
    }
  }, 0);
}

async function appsOf(lab: EmbeddedLab): Promise<string[]> {
  const answer = await fetch(`${marathon(lab)}/v2/apps`);
  return ((await answer.json()) as { apps: { id: string }[] }).apps.map(({ id }) => id);
}

test("all are made at once, and verified", async () => {
  const create = async (lab: EmbeddedLab) => expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  await timed("30 labs made at once, each verified", Promise.all(labs.map(create)));
  const verify = async (lab: EmbeddedLab) => expect(await lab.run("verify")).toMatchObject({ exitCode: 0 });
  await timed("30 labs verified beside each other, in turns", inTurns(labs, verify));
  const memory = labs.map(memoryOf);
  const all = memory.reduce((sum, each) => sum + each, 0);
  figures.push(
    `memory (PSS): ${Math.round(all)} MiB in all, ${Math.round(Math.min(...memory))} to ${Math.round(Math.max(...memory))} MiB a lab`,
  );
});

test("each has its own apps, tasks and addresses, and none of the others'", async () => {
  await inTurns(labs, async (lab) => {
    const app = { id: ownApp(lab), cmd: "sleep 3600", instances: 1, cpus: 0.05, mem: 16 };
    expect(await post(`${marathon(lab)}/v2/apps`, app)).toMatchObject({ status: 201 });
  });
  for (const lab of labs) {
    const tasks = await until(`the task of ${ownApp(lab)} to run`, async () => {
      const running = await runningTasks(marathon(lab));
      return running.length > 0 && running;
    });
    expect(tasks.map(({ host }) => host)).toEqual([lab.slave]);
    expect(await appsOf(lab)).toEqual([ownApp(lab)]);
  }
});

test("one that loses a service, and one that is destroyed, are felt by no other", async () => {
  const tasksOf = () =>
    Promise.all(labs.slice(2).map(async (lab) => (await runningTasks(marathon(lab))).map(({ id }) => id)));
  const [first, second] = labs as [EmbeddedLab, EmbeddedLab];
  const before = await tasksOf();
  const pids = labs
    .slice(2)
    .map((lab) => Object.values(lab.state().services).map(({ process: each }) => each?.pid));
  const master = second.state().services["mesos-master@master"]?.process?.pid as number;
  process.kill(master, "SIGKILL");
  expect(await first.run("destroy", "--yes")).toMatchObject({ exitCode: 0 });
  expect(first.processes()).toEqual([]);
  const verify = async (lab: EmbeddedLab) =>
    expect(await lab.run("verify", "--timeout", "120")).toMatchObject({ exitCode: 0 });
  await timed("29 labs verified after one was destroyed", inTurns(labs.slice(1), verify));
  expect(await tasksOf()).toEqual(before);
  expect(
    labs.slice(2).map((lab) => Object.values(lab.state().services).map(({ process: each }) => each?.pid)),
  ).toEqual(pids);
});
