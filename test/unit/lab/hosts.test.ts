import { expect, test } from "vitest";
import { drills, drillsFor, whyNot } from "../../../src/drills/catalogue.ts";
import { LabError } from "../../../src/errors.ts";
import { type LabFlags, parseLab } from "../../../src/lab/parse.ts";
import { onHosts } from "../../../src/lab/runs.ts";

const parse = (text: string, flags: LabFlags = {}) => parseLab({ text, file: "mesos-lab.yaml" }, flags);
const machines = `machines:
  - {name: m1, ip: 10.0.5.11, services: [zookeeper, mesos-master, marathon, mesos-slave]SSH}
`;
const plain = machines.replace("SSH", "");

test.each<[string, LabFlags, string]>([
  [`runsOn: hosts\n${plain}`, {}, "hosts"],
  [plain, { runsOn: "hosts" }, "hosts"],
  [`${plain}ssh: {user: admin}\n`, {}, "hosts"],
  [machines.replace("SSH", ", ssh: {alias: pi-1}"), {}, "hosts"],
  [`${plain}ssh: {user: admin}\n`, { runsOn: "vagrant" }, "vagrant"],
  [plain, {}, "vagrant"],
])("%j with %j runs on %s", (text, flags, kind) => {
  const lab = parse(text, flags);
  expect(lab.runs.kind).toBe(kind);
  if (kind === "hosts") expect(lab.stack).toBe("rehearsal");
});

test("what is said of one machine goes before what is said of all, and an alias says it all", () => {
  const text = `runsOn: hosts
ssh: {user: admin, port: 2222}
machines:
  - {name: m1, ip: 10.0.5.11, services: [zookeeper, mesos-master, marathon], ssh: {port: 22}}
  - {name: s1, ip: 10.0.5.21, services: [mesos-slave], ssh: {alias: pi-1}}
`;
  expect(onHosts(parse(text))?.runs).toEqual({
    kind: "hosts",
    ssh: { m1: { user: "admin", port: 22 }, s1: { alias: "pi-1" } },
    reboot: false,
  });
});

test("hosts that nobody has listed cannot be gone to", () => {
  for (const [text, flags] of [
    ["runsOn: hosts", {}],
    ["", { runsOn: "hosts" }],
  ] as const)
    expect(() => parse(text, flags)).toThrow(LabError);
});

test("drills that reboot need the owner's word", () => {
  const names = (text: string) => drillsFor(parse(text)).map(({ name }) => name);
  const without = names(`runsOn: hosts\n${plain}`);
  expect(without.filter((name) => name.startsWith("reboot"))).toEqual([]);
  expect(names(`runsOn: hosts\ndrills: {reboot: true}\n${plain}`)).toEqual(drills.map(({ name }) => name));
  const reboot = drills.find(({ name }) => name === "reboot-slave");
  expect(reboot && whyNot(reboot, parse(`runsOn: hosts\n${plain}`))).toContain("drills: {reboot: true}");
});
