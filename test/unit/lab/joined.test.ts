import { describe, expect, test } from "vitest";
import { claimsFor } from "../../../src/claims/claims-for.ts";
import { judgeJoined, judgeSomeAgents } from "../../../src/claims/judge/joined-mesos.ts";
import { drills, whyNot } from "../../../src/drills/catalogue.ts";
import { LabError } from "../../../src/errors.ts";
import { masterStateUrl } from "../../../src/lab/catalogue/addresses.ts";
import { effective } from "../../../src/lab/catalogue/container.ts";
import { entriesOf, pages } from "../../../src/lab/catalogue/index.ts";
import { dnsNames } from "../../../src/lab/catalogue/mesos-dns.ts";
import type { Lab } from "../../../src/lab/model.ts";
import { type LabFlags, parseLab } from "../../../src/lab/parse.ts";
import { formatRecord, parseRecord } from "../../../src/lab/record.ts";
import { renderLab } from "../../../src/render/lab.ts";
import { readTemplates } from "../../../src/tools/files.ts";

/** Labs that join a Mesos of somebody's. */

const zk = "zk://10.0.0.11:2181,10.0.0.12:2181/mesos";
const inFile = `mesos: {zk: "${zk}"}\n`;
const parse = (text: string, flags: LabFlags = {}) => parseLab({ text, file: "mesos-lab.yaml" }, flags);
const found = { masters: ["10.0.0.11:5050"], version: "1.11.0", framework: "marathon-1a2b3c" };
const joined = (text = "", version = found.version): Lab => ({
  ...parse(inFile + text),
  mesos: { zk, found: { ...found, version } },
});

function complaints(text: string, flags: LabFlags = {}): readonly string[] {
  try {
    parse(text, flags);
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    return (error as LabError).details;
  }
  return [];
}

describe("described", () => {
  test.each([
    ["by the file", parse(inFile)],
    ["by the flag", parse("", { mesos: zk })],
    ["by the flag over the file", parse('mesos: {zk: "zk://other:2181/mesos"}\n', { mesos: zk })],
  ])("%s: the tutorial's lab without a Mesos", (_, lab) => {
    expect(lab.mesos).toEqual({ zk });
    expect(lab.machines.map(({ name, services }) => [name, services])).toEqual([
      ["master", ["zookeeper", "marathon", "bamboo"]],
    ]);
    expect(lab.images.tomcat).toBe("tomcat:8.0");
  });

  test("every method runs beside Marathon", () => {
    const all = "discovery: [bamboo, mesos-dns, marathon-lb]\nports: {haproxy: 81}\n";
    expect(parse(inFile + all).machines[0]?.services).toEqual([
      ...["zookeeper", "marathon", "bamboo", "mesos-dns", "marathon-lb"],
    ]);
    const bridge = parse(`${inFile}discovery: [haproxy-marathon-bridge]\n`);
    expect(bridge.machines[0]?.services).toContain("haproxy-marathon-bridge");
  });

  test("--master-ip is of the machine with Marathon", () => {
    expect(parse(inFile, { masterIp: "10.1.1.5" }).machines[0]?.ip).toBe("10.1.1.5");
  });

  test.each([
    "zk://me:secret@10.0.0.11:2181/mesos",
    "http://10.0.0.11:2181/mesos",
    "zk://10.0.0.11:2181",
    "zk://10.0.0.11:2181/mesos --bad",
    "",
  ])("%j is none", (url) => {
    expect(complaints("", { mesos: url })[0]).toMatch(/^--mesos .*: must be the URL that its masters/);
    expect(complaints(`mesos: {zk: "${url}"}`)[0]).toContain("must be the URL that its masters");
  });

  test("a master or slave of its own does not go with it", () => {
    const machines = "machines: [{name: a, ip: 10.0.0.2, services: [zookeeper, mesos-master, marathon]}]\n";
    expect(complaints(inFile + machines)).toEqual([
      expect.stringMatching(
        /machines\[0\]\.services\[1\] "?mesos-master"? must not be there with mesos\.zk: the lab joins that Mesos/,
      ),
    ]);
    expect(complaints(machines, { mesos: zk })[0]).toContain(`must not be there with --mesos ${zk}`);
  });

  test("its folder remembers it", () => {
    const lab = joined();
    expect(parseRecord(formatRecord({ lab, flags: { mesos: zk }, files: [] }))?.lab).toEqual(lab);
  });
});

test("Marathon follows that Mesos, keeps its own state at home, and has a name of its own", () => {
  const [entry] = entriesOf(joined(), "marathon");
  const args = entry && effective(entry).args;
  expect(args).toEqual(expect.arrayContaining(["--master", zk, "--zk", "zk://192.168.33.18:2181/marathon"]));
  expect(args?.join(" ")).toContain("--framework_name marathon-1a2b3c");
  expect(dnsNames(joined(), "/tomcat").address).toBe("tomcat.marathon-1a2b3c.mesos");
  expect(pages(joined()).map(({ url }) => url)).toContain("http://10.0.0.11:5050/");
});

test.each(["rehearsal", "classic"])(
  "the files of a lab of the stack %s have no master and no slave",
  (stack) => {
    const files = renderLab(joined(`stack: ${stack}\n`), readTemplates());
    const paths = files.map(({ path }) => path);
    expect(paths).toContain("playbooks/marathon.yml");
    expect(paths.filter((path) => /mesos-(master|slave)\.yml/.test(path))).toEqual([]);
    for (const lesson of ["lesson.md", "lesson.zh.md"])
      expect(files.find(({ path }) => path === lesson)?.contents).toContain(zk);
  },
);

test("what is claimed is shown with a command that fits that Mesos' version", () => {
  expect(masterStateUrl(joined("", "0.24.1"))).toBe("http://10.0.0.11:5050/state.json");
  expect(masterStateUrl(joined("", "1.11.0"))).toBe("http://10.0.0.11:5050/state");
  const claims = claimsFor(joined());
  expect(claims.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["mesos-joined@master", "mesos-agents-active@master", "stack@master"]),
  );
  // Their logs can be shown: they are the lab's own.
  expect(claims.filter(({ service }) => service.startsWith("mesos-"))).toEqual([]);
});

const state = { pid: "master@10.0.0.11:5050", activated_slaves: 1, slaves: [], frameworks: [] };

test.each([
  ["0.23.0", false],
  ["0.24.1", true],
  ["0.28.2", true],
  ["1.11.0", true],
])("Mesos %s can be joined: %s", (version, holds) => {
  expect(judgeJoined({ ...state, version })).toMatchObject({ holds });
});

test("a Mesos needs an agent that is active", () => {
  const agent = (active: boolean) => ({ id: "1", hostname: "a.example.org", active });
  expect(judgeSomeAgents({ ...state, version: "1.11.0", slaves: [agent(false)] })).toMatchObject({
    holds: false,
    seen: "active: none",
  });
  expect(judgeSomeAgents({ ...state, version: "1.11.0", slaves: [agent(true)] })).toMatchObject({
    holds: true,
    seen: "active: a.example.org",
  });
});

test("drills spare what is not the lab's", () => {
  const refused = drills.filter((drill) => whyNot(drill, joined()) !== undefined).map(({ name }) => name);
  expect(refused).toEqual(
    expect.arrayContaining([
      "remove-container",
      "restart-slave",
      "restart-master",
      "reboot-slave",
      "reboot-master",
    ]),
  );
  expect(refused).not.toContain("kill-task");
  expect(refused).not.toContain("restart-marathon");
});
