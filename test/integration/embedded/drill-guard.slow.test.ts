import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { DrillReport } from "../../../src/drills/model/report.ts";
import { embeddedLab, runningTasks } from "../../helpers/embedded-lab.ts";
import { eventually } from "../../helpers/eventually.ts";

const lab = embeddedLab();
const home = () => join(lab.folder, "generated/mesos-lab");
const marathon = () => `http://${lab.master}:8080`;

/** Serves one request after the other, so many milliseconds each. */
const slowPage = `const { createServer } = require("node:http");
let queue = Promise.resolve();
createServer((_, response) => {
  queue = queue
    .then(() => new Promise((resolve) => setTimeout(resolve, Number(process.env.EACH_MS))))
    .then(() => response.end("Apache Tomcat"));
}).listen(Number(process.env.PORT0), process.env.HOST);`;

async function deploy(eachMs: number): Promise<void> {
  writeFileSync(join(lab.folder, "slow.cjs"), slowPage);
  const cmd = `exec ${process.execPath} ${join(lab.folder, "slow.cjs")}`;
  const app = {
    id: "tomcat",
    // Its file lies where only its owner may go, who may be root.
    ...(process.getuid?.() === 0 && { user: "root" }),
    cmd,
    cpus: 0.1,
    mem: 64,
    instances: 1,
    ports: [0],
    env: { EACH_MS: String(eachMs) },
  };
  writeFileSync(join(lab.folder, "app.json"), JSON.stringify(app));
  expect(await lab.run("demo", "--app", "app.json")).toMatchObject({ exitCode: 0 });
}

beforeAll(async () => {
  expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  await deploy(1);
});
afterAll(() => lab.remove());
// What a drill before broke comes back by itself.
beforeEach(() =>
  eventually(async () => expect(await (await fetch(`http://${lab.master}/`)).text()).toContain("Tomcat")),
);

const reports = () => join(home(), "reports");

/** Drills where no report can be written; the task must live on. */
async function refused(words: string, code: number): Promise<void> {
  const before = await runningTasks(marathon());
  const { exitCode, stderr } = await lab.run("drill", "kill-task");
  expect(stderr).toContain(words);
  expect(exitCode).toBe(code);
  expect(await runningTasks(marathon())).toEqual(before);
}

const unwritable = "✖ no report could be written here, so nothing was broken";

test("where reports/ is a file, a drill says so and breaks nothing", async () => {
  writeFileSync(reports(), "");
  await refused(unwritable, 3).finally(() => rmSync(reports()));
});

test.each([
  ["a link to itself", (path: string) => symlinkSync(path, path)],
  ["a link into nowhere", (path: string) => symlinkSync(join(lab.folder, "nowhere"), path)],
  ["a link to a device", (path: string) => symlinkSync("/dev/null", path)],
  ["a link to a folder elsewhere", (path: string) => symlinkSync(lab.folder, path)],
])("where reports/ is %s, a drill says so and breaks nothing", async (_, make) => {
  make(reports());
  await refused("reports is a symbolic link, and mesos-lab follows none", 2).finally(() => rmSync(reports()));
});

test.skipIf(process.getuid?.() !== 0).each(["size=64k", "ro"])(
  "where reports/ is a disk with %s, a drill says so and breaks nothing (only root can mount one)",
  async (option) => {
    mkdirSync(reports());
    const mount = `mount -t tmpfs -o ${option} none ${reports()} && exec "$@"`;
    lab.enter.push("unshare", "--mount", "sh", "-c", mount, "sh");
    await refused(unwritable, 3).finally(() => lab.enter.splice(0));
    expect(readdirSync(reports())).toEqual([]);
    rmSync(reports(), { recursive: true });
  },
);

test("while a drill goes on, nobody else changes the lab", async () => {
  const drill = lab.start("drill", "kill-task", "--settle", "600", "--json");
  await drill.said('"text":"breaking');
  const verbs = [["destroy"], ["demo"], ["demo", "--remove"], ["drill", "kill-task"], ["halt"], ["create"]];
  const others = await Promise.all(verbs.map((args) => lab.run(...args)));
  for (const [i, { exitCode, stderr }] of others.entries()) {
    expect([verbs[i], exitCode, stderr]).toEqual([
      verbs[i],
      2,
      expect.stringContaining("another mesos-lab command is working on"),
    ]);
  }
  drill.process.kill("SIGINT");
  expect(await drill.ended).toMatchObject({ exitCode: 130 });
});

test("a lab that is removed by hand ends its drill, which leaves nothing behind", async () => {
  const drill = lab.start("drill", "restart-slave", "--settle", "600");
  await drill.said("breaking");
  renameSync(join(home(), "lab.json"), join(home(), "lab.away"));
  const { exitCode, stderr } = await drill.ended;
  renameSync(join(home(), "lab.away"), join(home(), "lab.json"));
  expect(exitCode).toBe(4);
  expect(stderr).toContain('✖ the lab "mesos-lab" was removed while the drill went on');
  expect(existsSync(reports())).toBe(false);
});

test.each([
  ["before the break", "sampling the page", "interrupted before anything was broken"],
  ["after it", "breaking", "interrupted while the lab was broken"],
])(
  "an interrupt %s is one, and leaves no report",
  async (_, said, message) => {
    const drill = lab.start("drill", "restart-slave");
    await drill.said(said);
    drill.process.kill("SIGINT");
    const { exitCode, stderr } = await drill.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toContain(`✖ ${message}`);
    expect(existsSync(reports())).toBe(false);
  },
  60_000,
);

test("an interrupt of a demo or a drill whose Marathon does not answer is one", async () => {
  const { pid } = lab.state().services["marathon@master"]?.process ?? {};
  if (pid === undefined) throw new Error("no Marathon runs");
  process.kill(pid, "SIGSTOP");
  try {
    for (const [words, said] of [
      [["demo"], "Deploy the app"],
      [["drill", "kill-task"], "Drill kill-task"],
    ] as const) {
      const tool = lab.start(...words);
      await tool.said(said);
      // The request has been sent by then.
      await sleep(1_000);
      tool.process.kill("SIGINT");
      const { exitCode, stderr } = await tool.ended;
      expect([exitCode, stderr]).toEqual([130, expect.stringMatching(/^✖ interrupted/m)]);
    }
  } finally {
    process.kill(pid, "SIGCONT");
  }
});

test("with a settle time of a second, a drill still waits for what it broke", async () => {
  const { exitCode, stdout } = await lab.run("drill", "kill-task", "--settle", "1", "--json");
  expect(exitCode).toBe(0);
  const [report] = (JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as { drills: DrillReport[] })
    .drills;
  expect(report?.recovered).toBe(true);
  expect(report?.after).not.toEqual(report?.before);
  expect(report?.lanes[0]?.outage.state).toBe("recovered");
});

test("a page that bears few requests is measured with few: in the terminal, the page and the data", async () => {
  await deploy(70);
  const { exitCode, stdout, stderr } = await lab.run("drill", "kill-task");
  expect(exitCode).toBe(0);
  expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
    /50 requests a second were too many for this lab, before anything was broken: .*\. It was asked \d+ times a second: an outage is known to no better than/,
  );
  // A line when something changes.
  const lines = stderr.split("\n").filter((line) => line.includes("kill-task: the page"));
  expect(lines.length).toBeLessThan(12);
  const page = /^report: (.*)\.html$/m.exec(stdout)?.[1] ?? "";
  expect(readFileSync(`${page}.html`, "utf8")).toContain("were too many for this lab");
  const [report] = JSON.parse(readFileSync(`${page}.json`, "utf8")) as DrillReport[];
  expect(report?.load.tooMany[0]?.ratePerSecond).toBe(50);
  expect(report?.load.ratePerSecond).toBeLessThan(25);
});
