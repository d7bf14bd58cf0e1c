import { describe, expect, test } from "vitest";
import { LabError } from "../../../src/errors.ts";
import { discoveryOf } from "../../../src/lab/discovery.ts";
import { discoveryNames } from "../../../src/lab/model.ts";
import { askedPlace, type LabFlags, parseLab } from "../../../src/lab/parse.ts";

const parse = (text: string, flags: LabFlags = {}) => parseLab({ text, file: "mesos-lab.yaml" }, flags);
const loopback = `machines:
  - {name: one, ip: 127.0.33.18, services: [zookeeper, mesos-master, mesos-slave, marathon]}
`;

function details(text: string, flags: LabFlags = {}): readonly string[] {
  try {
    parse(text, flags);
  } catch (error) {
    return (error as LabError).details;
  }
  return [];
}

describe("where a lab runs", () => {
  test.each<[string, LabFlags, "classic" | "rehearsal", boolean]>([
    ["", {}, "classic", false],
    ["", { runsOn: "embedded" }, "rehearsal", true],
    ["runsOn: embedded", {}, "rehearsal", true],
    ["runsOn: embedded", { runsOn: "vagrant" }, "classic", false],
    ["runsOn: vagrant\nstack: rehearsal", {}, "rehearsal", false],
    [loopback, {}, "rehearsal", true],
  ])("%j with %j", (text, flags, stack, embedded) => {
    const lab = parse(text, flags);
    expect([lab.stack, lab.runs.kind === "embedded"]).toEqual([stack, embedded]);
  });

  test("auto is what the caller found out of the host", () => {
    expect(parseLab(undefined, {}, undefined, "embedded")).toMatchObject({
      stack: "rehearsal",
      runs: { kind: "embedded" },
    });
    expect(parseLab(undefined, {}, undefined, "vagrant").runs.kind).toBe("vagrant");
    expect(parseLab(undefined, { runsOn: "vagrant" }, undefined, "embedded").runs.kind).toBe("vagrant");
  });

  test.each<[string, LabFlags, string]>([
    ["runsOn: cloud", {}, 'runsOn "cloud" must be one of auto, vagrant, hosts, embedded'],
    ["", { runsOn: "cloud" }, "--runs-on cloud: must be one of auto, vagrant, hosts, embedded"],
    [
      "runsOn: embedded\nstack: classic",
      {},
      'mesos-lab.yaml:2:8: stack "classic": an embedded lab has no machines',
    ],
    ["", { runsOn: "embedded", stack: "classic" }, "--stack classic: an embedded lab has no machines"],
    [`runsOn: vagrant\n${loopback}`, {}, "which a virtual machine cannot have"],
    ["x: 1", { runsOn: "vagrant", masterIp: "127.0.33.18" }, "x"],
  ])("%j with %j is a mistake", (text, flags, words) => {
    expect(details(text, flags).join("\n")).toContain(words);
  });

  test("every way of discovery is one that an embedded lab can have", () => {
    const all = [...discoveryNames];
    expect(discoveryOf(parse("", { runsOn: "embedded", discovery: all }))).toEqual(all);
    expect(details("runsOn: embedded\ndiscovery: [mesos-dns, marathon-lb]")).toEqual([]);
    expect(parseLab(undefined, { discovery: all }, undefined, "embedded").runs).toEqual({ kind: "embedded" });
    expect(askedPlace(undefined, { discovery: all })).toEqual({ runsOn: "auto", needsMachines: [] });
  });

  test("what can only mean machines is told", () => {
    const asked = (text: string, flags: LabFlags = {}) => askedPlace({ text, file: "f" }, flags);
    expect(asked("")).toEqual({ runsOn: "auto", needsMachines: [] });
    expect(asked("stack: rehearsal")).toEqual({ runsOn: "auto", needsMachines: [] });
    expect(asked("stack: classic", { provider: "libvirt" })).toEqual({
      runsOn: "auto",
      needsMachines: ["the stack classic", "a provider"],
    });
    expect(asked(loopback).runsOn).toBe("embedded");
    expect(() => asked("runsOn: 7")).toThrow(LabError);
  });
});
