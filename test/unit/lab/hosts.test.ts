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

test("drills that reboot, cut off or slow down need the owner's word, and the latter two a second machine", () => {
  const why = (text: string, name: string) => {
    const drill = drills.find((each) => each.name === name);
    return drill && whyNot(drill, parse(text));
  };
  const names = (text: string) => drillsFor(parse(text)).map(({ name }) => name);
  const two = `${plain}  - {name: s1, ip: 10.0.5.21, services: [mesos-slave]}\n`;
  const allowed = "runsOn: hosts\ndrills: {reboot: true}\n";
  const without = names(`runsOn: hosts\n${two}`);
  const refused = drills.map(({ name }) => name).filter((name) => !without.includes(name));
  expect(refused).toEqual(["reboot-slave", "reboot-master", "partition-slave", "slow-slave"]);
  for (const name of refused) expect(why(`runsOn: hosts\n${two}`, name)).toContain("drills: {reboot: true}");
  expect(names(`${allowed}${two}`)).toEqual(drills.map(({ name }) => name));
  for (const name of ["partition-slave", "slow-slave"])
    expect(why(`${allowed}${plain}`, name)).toBe(
      `${name} needs a second machine, with which the slave's talks`,
    );
});

test("an embedded lab has neither a network to slow down nor a slave with a disk of its own", () => {
  const embedded = plain.replace("10.0.5.11", "127.0.5.11");
  const why = (name: string) => {
    const drill = drills.find((each) => each.name === name);
    return drill && whyNot(drill, parse(`runsOn: embedded\n${embedded}`));
  };
  expect(why("slow-slave")).toMatch(/^slow-slave needs machines with a network between them/);
  expect(why("full-disk-slave")).toMatch(/^full-disk-slave needs a slave in a machine/);
});
