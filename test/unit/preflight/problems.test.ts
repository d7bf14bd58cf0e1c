import type { NetworkInterfaceInfo } from "node:os";
import { expect, test } from "vitest";
import { problemsOf } from "../../../src/lab/finding.ts";
import { addressFindings } from "../../../src/machines/vagrant/addresses.ts";
import { refusedRanges } from "../../../src/machines/vagrant/virtualbox.ts";
import { memoryFinding } from "../../../src/preflight/memory.ts";
import { refuse } from "../../../src/preflight/problem.ts";
import { tutorialLab } from "../../helpers/labs.ts";

const ours = ["192.168.33.18", "192.168.33.19"];

test.each<[string, string | undefined, readonly string[]]>([
  ["no file: VirtualBox's own range only", undefined, ours],
  ["an empty file", "", ours],
  ["comments only", "# * 192.168.33.0/24\n", ours],
  ["their network", "* 192.168.33.0/24\n", []],
  ["several on one line", "* 10.0.0.0/8 192.168.0.0/16\n", []],
  ["everything", "* 0.0.0.0/0 ::/0\n", []],
  ["one of the two", "* 192.168.33.18/32\n", ["192.168.33.19"]],
  ["another network", "* 10.0.0.0/8\n", ours],
  ["IPv6 only", "* 2001:db8::/64\n", ours],
  ["what cannot be read", "* 192.168.33.0/99\n* 300.1.2.3/24\n* 192.168.33.0\n* 192.168.33.0/\n* x/y", ours],
])("host-only ranges, %s", (_, conf, refused) => {
  expect(refusedRanges(conf, ours)).toEqual(refused);
});

test("VirtualBox's own range needs no file", () => {
  expect(refusedRanges(undefined, ["192.168.56.10", "192.168.63.254", "192.168.64.1"])).toEqual([
    "192.168.64.1",
  ]);
});

const address = (text: string, family: "IPv4" | "IPv6" = "IPv4") =>
  ({ address: text, family }) as NetworkInterfaceInfo;

test.each<[string, string, NetworkInterfaceInfo, number]>([
  ["an office network", "eth0", address("192.168.33.7"), 1],
  ["one of the lab's own addresses", "wlan0", address("192.168.33.18"), 1],
  ["a neighbour", "eth0", address("192.168.34.18"), 0],
  ["libvirt's bridge", "virbr2", address("192.168.33.1"), 0],
  ["VirtualBox's", "vboxnet0", address("192.168.33.1"), 0],
  ["VirtualBox's on Windows", "VirtualBox Host-Only Network #2", address("192.168.33.1"), 0],
  ["Parallels'", "bridge100", address("192.168.33.1"), 0],
  ["a bridge of somebody's", "bridge0", address("192.168.33.1"), 1],
  ["IPv6", "eth0", address("fe80::1", "IPv6"), 0],
])("addresses: %s", (_, name, info, count) => {
  const findings = addressFindings(tutorialLab, { lo: [address("127.0.0.1")], [name]: [info] });
  expect(problemsOf(findings)).toHaveLength(count);
});

test.each([
  [4352, 0],
  [4351, 1],
])("two machines of 2048 MiB on a host with %i MiB: %i problems", (available, count) => {
  expect(problemsOf([memoryFinding(tutorialLab.machines, available)])).toHaveLength(count);
});

test.each([
  [2048, "--memory 1024"],
  [1024, "--runs-on embedded"],
  [768, "--runs-on embedded"],
])("too little for machines of %i MiB: what helps", (memory, remedy) => {
  const machines = tutorialLab.machines.map((machine) => ({ ...machine, memory }));
  expect(problemsOf([memoryFinding(machines, 100)])[0]?.remedy).toContain(remedy);
});

test("machines that are there already need no memory", () => {
  expect(memoryFinding([], 0).level).toBe("ok");
});

test("problems become one error; none becomes none", () => {
  expect(() => refuse([])).not.toThrow();
  const one = { what: "no Vagrant", remedy: "install it" };
  expect(() => refuse([one])).toThrow(
    expect.objectContaining({ exitCode: 3, message: "no Vagrant", details: [], remedy: ["install it"] }),
  );
  expect(() => refuse([one, { what: "no disk", remedy: "buy one" }])).toThrow(
    expect.objectContaining({
      message: "this host is not ready: 2 problems",
      details: ["• no Vagrant\n  → install it", "• no disk\n  → buy one"],
      remedy: [],
    }),
  );
});
