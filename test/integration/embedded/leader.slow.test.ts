import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DrillReport } from "../../../src/drills/model/report.ts";
import { embeddedLab } from "../../helpers/embedded-lab.ts";
import { until } from "../../helpers/eventually.ts";

/** Drills of a lab with three masters meet the one that leads. */

const lab = embeddedLab();
const masters = ["master", "m2", "m3"];
const addressOf = (name: string) => lab.loopback(18 + 2 * masters.indexOf(name));

beforeAll(async () => {
  const file = join(lab.folder, "mesos-lab.yaml");
  const more = ["m2", "m3"].map(
    (name) => `  - {name: ${name}, ip: ${addressOf(name)}, services: [mesos-master, marathon]}\n`,
  );
  writeFileSync(file, readFileSync(file, "utf8") + more.join(""));
  expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  expect(await lab.run("demo")).toMatchObject({ exitCode: 0 });
});
afterAll(() => lab.remove());

const leaders = {
  marathon: async () => {
    const { leader } = (await (await fetch(`http://${addressOf("m2")}:8080/v2/leader`)).json()) as {
      leader: string;
    };
    return masters.find((name) => leader === `${addressOf(name)}:8080`);
  },
  "mesos-master": async () => {
    const { leader } = (await (await fetch(`http://${addressOf("m2")}:5050/state.json`)).json()) as {
      leader?: string;
    };
    return masters.find((name) => leader === `master@${addressOf(name)}:5050`);
  },
} as const;

async function drill(...args: string[]): Promise<DrillReport> {
  const { exitCode, stdout, stderr } = await lab.run("drill", ...args, "--json");
  expect(exitCode, stdout + stderr).toBe(0);
  const result = stdout.split("\n").find((line) => line.includes('"event":"result"'));
  return JSON.parse(result ?? "").drills[0];
}

test.each([
  ["restart-marathon", "marathon", "ma"],
  ["restart-master", "mesos-master", "mm"],
  ["freeze-master", "mesos-master", "mm"],
] as const)("%s breaks the %s that leads, and says so", async (name, service, container) => {
  const before = await until("a leader", leaders[service]);
  const report = await drill(name);
  expect(report.target).toBe(`${container} on ${before}`);
  expect(report.notes).toContain(`${service} on ${before} led when it was broken.`);
  // Writes go on by the time that it ends; whether any was lost depends on the moment.
  const { outage } = report.controlPlane ?? {};
  const tooBusy = report.notes.find((note) => note.includes("writes to Marathon failed before"));
  expect(["recovered", "never-down", tooBusy]).toContain(outage?.state ?? tooBusy);
  // The page's traffic does not go by it: on a busy host a request may be late, but none is refused, and most are served.
  const runs = report.lanes.flatMap((lane) => lane.runs);
  const sum = (...outcomes: string[]) =>
    runs.filter(({ outcome }) => outcomes.includes(outcome)).reduce((total, { count }) => total + count, 0);
  expect(runs.filter(({ outcome }) => outcome !== "ok" && outcome !== "timeout")).toEqual([]);
  expect(sum("timeout")).toBeLessThan(sum("ok") / 2);
  expect(await until("another leader", async () => (await leaders[service]()) ?? false)).not.toBe(before);
});

test("--on breaks another, and the report says who led", async () => {
  const leader = await until("a leader", leaders.marathon);
  const follower = masters.find((name) => name !== leader) as string;
  const report = await drill("restart-marathon", "--on", follower);
  expect(report.target).toBe(`ma on ${follower}`);
  expect(report.notes).toContain(`marathon on ${leader} led when the one on ${follower} was broken.`);
});

test.each([
  [["restart-marathon", "--on", "slave"], 'no marathon runs on "slave"'],
  [["restart-slave", "--on", "nowhere"], 'no mesos-slave runs on "nowhere"'],
  [["kill-task", "--on", "slave"], "kill-task breaks the app's task, wherever it runs"],
])("%j is refused before anything is broken", async (args, words) => {
  const { exitCode, stderr } = await lab.run("drill", ...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(words);
});
