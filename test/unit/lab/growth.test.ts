import { describe, expect, test } from "vitest";
import { slaveNumber } from "../../../src/lab/catalogue/addresses.ts";
import {
  changesEnsemble,
  growthLines,
  growthOf,
  keepingNumbers,
  leavingMachines,
  withLeaving,
} from "../../../src/lab/growth.ts";
import type { Lab } from "../../../src/lab/model.ts";
import { parseLab } from "../../../src/lab/parse.ts";

function lab(...machines: string[]): Lab {
  const lines = machines.map((each, index) => {
    const [name = "", services = "mesos-slave"] = each.split(" ");
    return `  - {name: ${name}, ip: 192.168.33.${20 + index + name.length}, services: [${services}]}`;
  });
  return parseLab({ text: `stack: rehearsal\nmachines:\n${lines.join("\n")}\n`, file: "f" }, {});
}
const master = "m1 zookeeper,mesos-master,marathon,bamboo";

describe("what changes", () => {
  test("a slave more and one less: nothing else", () => {
    const [before, now] = [lab(master, "s1", "s2"), lab(master, "s1", "s3")];
    const { added, removed, ...rest } = growthOf(before, now);
    expect([added, removed].map((each) => each.map(({ name }) => name))).toEqual([["s3"], ["s2"]]);
    expect(rest).toEqual({ started: [], ended: [], restarted: [] });
    expect(growthLines(before, now)).toEqual([
      "add s3 192.168.33.24: mesos-slave",
      "remove s2 192.168.33.24: mesos-slave, after its tasks have moved",
    ]);
  });

  test("a master more makes the others anew, and says why", () => {
    const now = lab(master, "s1", "m2 mesos-master");
    expect(growthLines(lab(master, "s1"), now)).toEqual([
      "add m2 192.168.33.24: mesos-master",
      "restart mesos-master on m1: MESOS_QUORUM 1 becomes 2",
    ]);
  });

  test("a service that a machine gets or loses", () => {
    const [small, large] = [lab(`${master}`, "s1"), lab(`${master},mesos-slave`, "s1")];
    expect(growthLines(small, keepingNumbers(large, small))).toEqual(["start mesos-slave on m1"]);
    expect(growthLines(large, keepingNumbers(small, large))).toEqual(["end mesos-slave on m1"]);
  });
});

describe("numbers of slaves", () => {
  const numbers = (of: Lab) =>
    of.machines.slice(1).map((machine) => `${machine.name}:${slaveNumber(of, machine)}`);

  test("who stays keeps its own, who comes gets the lowest that is free", () => {
    const first = lab(master, "s1", "s2", "s3");
    const second = keepingNumbers(lab(master, "s2", "s3"), first);
    expect(numbers(second)).toEqual(["s2:2", "s3:3"]);
    const third = keepingNumbers(lab(master, "s2", "s3", "s4", "s5"), second);
    expect(numbers(third)).toEqual(["s2:2", "s3:3", "s4:1", "s5:4"]);
  });

  test("what leaves has its number until it is released, and gets it back where it stays after all", () => {
    const first = lab(master, "s1", "s2");
    const second = keepingNumbers(lab(master, "s2", "s3"), first);
    expect(numbers(second)).toEqual(["s2:2", "s3:3"]);
    const left = leavingMachines(first, undefined, second);
    expect(numbers(keepingNumbers(lab(master, "s2", "s3", "s4"), second, left))).toEqual([
      ...["s2:2", "s3:3", "s4:4"],
    ]);
    expect(numbers(keepingNumbers(lab(master, "s3", "s1"), second, left))).toEqual(["s3:3", "s1:1"]);
  });

  test("where places tell them, nothing is kept", () => {
    const [before, now] = [lab(master, "s1"), lab(master, "s1", "s2")];
    expect(keepingNumbers(now, before)).toBe(now);
  });
});

test("what leaves is remembered with its number until it is released, also across an interrupted run", () => {
  const [before, now] = [lab(master, "s1", "s2", "s3"), lab(master, "s3")];
  const leaving = leavingMachines(before, undefined, lab(master, "s1", "s3"));
  expect(leaving?.machines).toEqual([{ ...before.machines[2], slaveNumber: 2 }]);
  const both = leavingMachines(lab(master, "s1", "s3"), leaving, now);
  expect(both?.machines.map(({ name, slaveNumber }) => [name, slaveNumber])).toEqual([
    ["s1", 1],
    ["s2", 2],
  ]);
  expect(withLeaving(now, both).machines.map(({ name }) => name)).toEqual(["m1", "s3", "s1", "s2"]);
  expect(leavingMachines(before, both, before)).toBeUndefined();
});

test.each([
  [[master, "s1"], [master, "s1", "s2"], false],
  [[master, "s1"], [master, "s1", "z2 zookeeper", "z3 zookeeper"], true],
  [[master, "s1", "z2 zookeeper", "z3 zookeeper"], [master, "s1"], true],
  [[master, "s1", "z2 zookeeper", "z3 zookeeper"], [master, "z2 zookeeper", "z3 zookeeper", "s2"], false],
])("the ensemble of %j for that of %j: another one is %j", (was, is, other) => {
  expect(changesEnsemble(lab(...was), lab(...is))).toBe(other);
});

describe("--masters and --slaves", () => {
  const described = (text: string | undefined, flags: object) =>
    parseLab(text === undefined ? undefined : { text, file: "f" }, { runsOn: "embedded", ...flags });
  const machines = (of: Lab) =>
    of.machines.map(({ name, ip, services }) => `${name} ${ip} ${services.join(",")}`);

  test("three of everything, of the tutorial's two machines", () => {
    const all = "zookeeper,mesos-master,marathon,bamboo";
    expect(machines(described(undefined, { masters: "3", slaves: "2" }))).toEqual([
      `master 192.168.33.18 ${all}`,
      "slave 192.168.33.19 mesos-slave",
      `master2 192.168.33.20 ${all}`,
      `master3 192.168.33.21 ${all}`,
      "slave2 192.168.33.22 mesos-slave",
    ]);
  });

  test("fewer take the last ones; names go on where they end", () => {
    const text = `machines:
  - {name: m1, ip: 10.0.0.4, services: [zookeeper, mesos-master, marathon]}
  - {name: s1, ip: 10.0.0.7, services: [mesos-slave]}
  - {name: s2, ip: 10.0.0.8, services: [mesos-slave]}
`;
    expect(machines(described(text, { slaves: "1" }))).toHaveLength(2);
    expect(machines(described(text, { slaves: "4" })).slice(3)).toEqual([
      "s3 10.0.0.9 mesos-slave",
      "s4 10.0.0.10 mesos-slave",
    ]);
  });

  test.each([
    [{ masters: "2" }, "--masters 2: must be 1, 3 or 5"],
    [{ slaves: "0" }, "--slaves 0: must be a whole number from 1 to 200"],
    [{ slaves: "x" }, "--slaves x: must be a whole number"],
  ])("%j is refused", (flags, words) => {
    expect(() => described(undefined, flags)).toThrow(
      expect.objectContaining({ details: [expect.stringContaining(words)] }),
    );
  });

  test("hosts are listed in the lab file", () => {
    const text = `runsOn: hosts
machines:
  - {name: m1, ip: 10.0.0.4, services: [zookeeper, mesos-master, marathon]}
  - {name: s1, ip: 10.0.0.7, services: [mesos-slave]}
`;
    expect(() => parseLab({ text, file: "f" }, { slaves: "2" })).toThrow(
      expect.objectContaining({
        details: ["--masters and --slaves add no hosts: list them in the lab file"],
      }),
    );
  });
});
