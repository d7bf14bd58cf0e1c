import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { faults, faultsUpTo } from "../../../src/lesson/incidents/faults.ts";
import { readIncident, writeIncident } from "../../../src/lesson/incidents/record.ts";
import { chosen } from "../../../src/lesson/incidents/scene.ts";
import { LabFolder } from "../../../src/tools/lab-folder.ts";
import { tutorialLab } from "../../helpers/described-labs.ts";

const lab = tutorialLab("rehearsal");
const root = mkdtempSync(join(tmpdir(), "mesos-lab-incident-"));
beforeAll(() => mkdirSync(join(root, "generated/lab"), { recursive: true }));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("there are at least twelve faults of three levels, told in both languages", () => {
  expect(new Set(faults.map(({ id }) => id)).size).toBeGreaterThanOrEqual(12);
  expect(new Set(faults.map(({ level }) => level))).toEqual(new Set([1, 2, 3]));
  for (const { hints, told } of faults)
    for (const words of [...hints, told]) {
      expect(words.zh).toMatch(/\p{Script=Han}/u);
      expect(words.en).not.toMatch(/\p{Script=Han}/u);
    }
});

test.each(faults)("$id changes something of the victim, and its repair asks the lab alone", (fault) => {
  const seed = Array.from({ length: 400 }, (_, each) => each).find(
    (each) => chosen(lab, each, 3).fault.id === fault.id,
  ) as number;
  const { scene } = chosen(lab, seed, 3);
  const { app, rule, marathon, bamboo, victim } = scene;
  const planted = {
    app: fault.app?.(scene) ?? app,
    rule: fault.rule === undefined ? rule : fault.rule(scene),
  };
  const isElsewhere = fault.after !== undefined;
  expect(isElsewhere || JSON.stringify(planted) !== JSON.stringify({ app, rule })).toBe(true);
  const repair = fault.repair(scene);
  for (const command of repair) {
    expect(command).toContain("curl -fsS");
    for (const [origin] of command.matchAll(/https?:\/\/[^/' ]+/g))
      expect([marathon, bamboo]).toContain(origin);
  }
  const named = fault.id === "rule-shadowed" ? (scene.bystanders[0] as string) : victim;
  expect(repair.join("\n")).toContain(named);
});

test("a seed is always the same incident, and every fault of a level has one", () => {
  expect(chosen(lab, 7, 3)).toEqual(chosen(lab, 7, 3));
  const seeds = Array.from({ length: 400 }, (_, seed) => seed);
  for (const level of [1, 2, 3] as const) {
    const ids = new Set(seeds.map((seed) => chosen(lab, seed, level).fault.id));
    expect(ids).toEqual(new Set(faultsUpTo(level).map(({ id }) => id)));
  }
});

test("the record is read back, and its file tells nothing; a damaged one is told", () => {
  const folder = new LabFolder("lab", join(root, "generated"));
  const record = { seed: 7, level: 2, startedAt: "2026-11-26T18:00:00.000Z", hints: 0 } as const;
  writeIncident(folder, record);
  expect(readIncident(folder)).toEqual(record);
  const file = folder.file("incident.sealed");
  const text = readFileSync(file, "utf8");
  expect(Buffer.from(text, "base64").toString("latin1")).not.toMatch(/seed|level|2026/);
  writeFileSync(file, text.replace(/^...../, "AAAAA"));
  expect(() => readIncident(folder)).toThrow("is damaged");
});
