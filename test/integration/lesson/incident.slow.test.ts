import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anew, deleteRule, putRule, type Scene } from "../../../src/lesson/incidents/fault.ts";
import { faults } from "../../../src/lesson/incidents/faults.ts";
import { chosen } from "../../../src/lesson/incidents/scene.ts";
import { filesBelow } from "../../../src/tools/files.ts";
import { embeddedLab } from "../../helpers/embedded-lab.ts";
import { until } from "../../helpers/eventually.ts";
import { atNight, everyNight } from "../../helpers/nightly.ts";

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
const repaired = () =>
  until("it is repaired", async () => (await lab.run("incident", "check")).exitCode === 0);

/** What the services keep and print is theirs: whoever reads it looks at the services. */
const ofServices = /^embedded\/(logs|master|slave)\/|^embedded\/store\.jsonl$/;

/** All of the lab that can be seen without asking its services: its own files, and its processes but for the apps' tasks. */
function seenFromOutside() {
  const own = join(lab.folder, "generated/mesos-lab");
  const paths = filesBelow(own).filter((path) => path !== "incident.sealed" && !ofServices.test(path));
  const isTask = (pid: number) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "latin1").includes("MESOS_TASK_ID=");
    } catch {
      // Ended while it was looked at.
      return true;
    }
  };
  const commands = lab
    .processes()
    // HAProxy's come and go with every app that changes: they check its configuration, and load it.
    .flatMap(({ pid, command }) => (isTask(pid) ? [] : [command.replace(/^haproxy\b.*/, "haproxy")]));
  return {
    files: Object.fromEntries(paths.map((path) => [path, readFileSync(join(own, path), "latin1")])),
    processes: [...new Set(commands)].sort(),
  };
}

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

test("an incident from the first complaint to the repair: hidden, hinted at, revealed, judged by the lab's state", async () => {
  const seed = seedsOf("rule-other-host", 1)[0] as number;
  const { scene, fault } = chosen(lab.lab(), seed, 3);
  const before = seenFromOutside();
  const started = await lab.run("incident", "start", "--seed", String(seed), "--level", "3");
  expect(started).toMatchObject({ exitCode: 0 });
  expect(started.stdout).toContain(`Visitors of ${scene.victim} complain`);
  expect(await page(scene)).toBe(false);
  expect(seenFromOutside()).toEqual(before);
  expect(await lab.run("incident", "check")).toMatchObject({ exitCode: 5 });
  // One that goes on is not replaced by the way.
  expect(await lab.run("incident", "start", "--seed", "2")).toMatchObject({ exitCode: 2 });
  const hints = [];
  for (let round = 0; round < 3; round += 1) hints.push((await lab.run("incident", "hint")).stdout.trim());
  expect(new Set(hints).size).toBe(3);
  expect(hints[2]).toContain("no more hints");
  const revealed = JSON.parse((await lab.run("incident", "reveal", "--json")).stdout);
  expect(revealed).toMatchObject({ fault: fault.id, seed });
  for (const command of revealed.repair) sh(command);
  await repaired();
  expect(await page(scene)).toBe(true);
  // What is mended after that is told as what it is.
  const told = JSON.parse((await lab.run("incident", "check", "--json")).stdout);
  expect(told).toMatchObject({ repaired: true, revealed: true, hints: 2 });
});

const ways = [
  "the repair that is told",
  "another repair",
  "the repair that is told, somewhere else",
] as const;

describe.skipIf(!everyNight).each(faults.map(({ id }) => id))("the incident %s", (id) => {
  test.each(ways)(`is felt, hidden, not repaired before, and is after %s${atNight}`, async (how) => {
    const seed = seedsOf(id, ways.length)[ways.indexOf(how)] as number;
    const { scene, fault } = chosen(lab.lab(), seed, 3);
    const before = seenFromOutside();
    const started = await lab.run("incident", "start", "--yes", "--seed", String(seed), "--level", "3");
    expect({ id, ...started }).toMatchObject({ id, exitCode: 0 });
    expect(started.stdout).toContain(`Visitors of ${scene.victim} complain`);
    await until("visitors suffer", async () => !(await page(scene)));
    expect(seenFromOutside()).toEqual(before);
    expect({ id, ...(await lab.run("incident", "check")) }).toMatchObject({ id, exitCode: 5 });
    const repair = how === "another repair" ? otherRepair(id, scene) : fault.repair(scene);
    if (repair.length === 0) restartBamboo();
    for (const command of repair) sh(command);
    await repaired();
    expect(await page(scene)).toBe(true);
  });
});

function restartBamboo(): void {
  const bamboo = lab.state().services["bamboo@master"]?.process?.pid;
  process.kill(bamboo as number, "SIGTERM");
}
