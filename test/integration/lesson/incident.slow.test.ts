import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anew, deleteRule, putRule, type Scene } from "../../../src/lesson/incidents/fault.ts";
import { faults } from "../../../src/lesson/incidents/faults.ts";
import { chosen } from "../../../src/lesson/incidents/scene.ts";
import { embeddedLab } from "../../helpers/embedded-lab.ts";
import { until } from "../../helpers/eventually.ts";

const lab = embeddedLab();
beforeAll(async () => {
  expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
});
afterAll(() => lab.remove());

/** The first seeds that mean this fault. */
function seedsOf(id: string, count: number): number[] {
  const found: number[] = [];
  for (let seed = 0; found.length < count; seed += 1)
    if (chosen(lab.lab(), seed, 3).fault.id === id) found.push(seed);
  return found;
}

const sh = (command: string) => execFileSync("/bin/sh", ["-c", command], { stdio: "pipe" });
const page = async ({ haproxy }: Scene) =>
  fetch(`${haproxy}/`).then(
    async (answer) => answer.status === 200 && /tomcat/i.test(await answer.text()),
    () => false,
  );

/** Another way than the one that `reveal` tells: all of it anew, or what has to do with the fault from its other side. */
function otherRepair(id: string, scene: Scene): readonly string[] {
  const app = `${scene.marathon}/v2/apps`;
  if (id === "rule-shadowed") return [`curl -fsS -X DELETE ${app}/${scene.bystanders[0]}`];
  // Bamboo asks for the events anew when it starts.
  if (id === "callback-lost") return [];
  const elsewhere = { ...scene.rule, acl: "hdr_beg(host) -i 127." };
  if (id.startsWith("rule-"))
    return [
      ...(id === "rule-other-app" ? [deleteRule(scene, `${scene.rule.id}s`)] : []),
      putRule({ ...scene, rule: elsewhere }),
    ];
  return anew(scene);
}

describe.sequential.each(faults.map(({ id }) => id))("the incident %s", (id) => {
  test.each(["the repair that is told", "another repair", "the repair that is told, somewhere else"])(
    "is felt, is not repaired before, and is after %s",
    async (how) => {
      const index = ["the repair that is told", "another repair"].indexOf(how);
      const seed = seedsOf(id, 3).at(index) as number;
      const { scene, fault } = chosen(lab.lab(), seed, 3);
      const started = await lab.run("incident", "start", "--yes", "--seed", String(seed), "--level", "3");
      expect({ id, ...started }).toMatchObject({ id, exitCode: 0 });
      expect(started.stdout).toContain(`Visitors of ${scene.victim} complain`);
      await until("visitors suffer", async () => !(await page(scene)));
      expect({ id, ...(await lab.run("incident", "check")) }).toMatchObject({ id, exitCode: 5 });
      const repair = how === "another repair" ? otherRepair(id, scene) : fault.repair(scene);
      if (repair.length === 0) restartBamboo();
      for (const command of repair) sh(command);
      await until("it is repaired", async () => (await lab.run("incident", "check")).exitCode === 0);
      expect(await page(scene)).toBe(true);
    },
  );
});

test("neither the lab's files nor its processes name the fault; hints do, step by step", async () => {
  const seed = seedsOf("rule-other-host", 1)[0] as number;
  await lab.run("incident", "start", "--yes", "--seed", String(seed), "--level", "2");
  const own = join(lab.folder, "generated/mesos-lab");
  const texts = readdirSync(own, { recursive: true })
    .map((path) => join(own, String(path)))
    .filter((path) => statSync(path).isFile() && !/zookeeper|store/.test(path))
    .map((path) => readFileSync(path, "latin1"));
  for (const text of [...texts, ...lab.processes().map(({ command }) => command)])
    expect(text).not.toMatch(/rule-other-host|"seed"|--seed/);
  const hints = [];
  for (let round = 0; round < 3; round += 1) hints.push((await lab.run("incident", "hint")).stdout.trim());
  expect(new Set(hints).size).toBe(3);
  expect(hints[2]).toContain("no more hints");
  const revealed = await lab.run("incident", "reveal", "--json");
  expect(JSON.parse(revealed.stdout)).toMatchObject({ fault: "rule-other-host", seed });
  // What is mended after that is told as what it is.
  for (const command of JSON.parse(revealed.stdout).repair) sh(command);
  await until("it is repaired", async () => (await lab.run("incident", "check")).exitCode === 0);
  expect(JSON.parse((await lab.run("incident", "check", "--json")).stdout)).toMatchObject({ revealed: true });
});

test("an incident that goes on is not replaced by the way", async () => {
  await lab.run("incident", "start", "--yes", "--seed", "1");
  expect(await lab.run("incident", "start", "--seed", "2")).toMatchObject({ exitCode: 2 });
});

function restartBamboo(): void {
  const bamboo = lab.state().services["bamboo@master"]?.process?.pid;
  process.kill(bamboo as number, "SIGTERM");
}
