import { describe, expect, test } from "vitest";
import { LabError } from "../../../src/errors.ts";
import { discoveryOf } from "../../../src/lab/discovery.ts";
import { discoveryNames } from "../../../src/lab/model.ts";
import { askedKind, type LabFlags, parseLab } from "../../../src/lab/parse.ts";

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
    ["", { machines: "embedded" }, "rehearsal", true],
    ["runsOn: embedded", {}, "rehearsal", true],
    ["runsOn: embedded", { machines: "vagrant" }, "classic", false],
    ["runsOn: vagrant\nstack: rehearsal", {}, "rehearsal", false],
    [loopback, {}, "rehearsal", true],
  ])("%j with %j", (text, flags, stack, embedded) => {
    const lab = parse(text, flags);
    expect([lab.stack, lab.embedded !== undefined]).toEqual([stack, embedded]);
  });

  test("auto is what the caller found out of the host", () => {
    expect(parseLab(undefined, {}, undefined, "embedded")).toMatchObject({
      stack: "rehearsal",
      embedded: {},
    });
    expect(parseLab(undefined, {}, undefined, "vagrant").embedded).toBeUndefined();
    expect(parseLab(undefined, { machines: "vagrant" }, undefined, "embedded").embedded).toBeUndefined();
  });

  test.each<[string, LabFlags, string]>([
    ["runsOn: cloud", {}, 'runsOn "cloud" must be one of auto, vagrant, embedded'],
    ["", { machines: "cloud" }, "--machines cloud: must be one of auto, vagrant, embedded"],
    [
      "runsOn: embedded\nstack: classic",
      {},
      'mesos-lab.yaml:2:8: stack "classic": an embedded lab has no machines',
    ],
    ["", { machines: "embedded", stack: "classic" }, "--stack classic: an embedded lab has no machines"],
    [`runsOn: vagrant\n${loopback}`, {}, "which a virtual machine cannot have"],
    ["x: 1", { machines: "vagrant", masterIp: "127.0.33.18" }, "x"],
  ])("%j with %j is a mistake", (text, flags, words) => {
    expect(details(text, flags).join("\n")).toContain(words);
  });

  test("every way of discovery is one that an embedded lab can have", () => {
    const all = [...discoveryNames];
    expect(discoveryOf(parse("", { machines: "embedded", discovery: all }))).toEqual(all);
    expect(details("runsOn: embedded\ndiscovery: [mesos-dns, marathon-lb]")).toEqual([]);
    expect(parseLab(undefined, { discovery: all }, undefined, "embedded").embedded).toEqual({});
    expect(askedKind(undefined, { discovery: all })).toEqual({ kind: "auto", needsMachines: [] });
  });

  test("what can only mean machines is told", () => {
    const asked = (text: string, flags: LabFlags = {}) => askedKind({ text, file: "f" }, flags);
    expect(asked("")).toEqual({ kind: "auto", needsMachines: [] });
    expect(asked("stack: rehearsal")).toEqual({ kind: "auto", needsMachines: [] });
    expect(asked("stack: classic", { provider: "libvirt" })).toEqual({
      kind: "auto",
      needsMachines: ["the stack classic", "a provider"],
    });
    expect(asked(loopback).kind).toBe("embedded");
    expect(() => asked("runsOn: 7")).toThrow(LabError);
  });
});
