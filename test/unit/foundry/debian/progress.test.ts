import { expect, test } from "vitest";
import { aptProgress, qemuProgress, tellTenths } from "../../../../src/foundry/debian/progress.ts";

test("apt's lines: each package is fetched once, unpacked and set up", () => {
  const percentOf = aptProgress();
  const lines = [
    "0 upgraded, 4 newly installed, 0 to remove and 0 not upgraded.",
    "Get:1 http://mirror.test/debian bookworm/main amd64 sudo amd64 1.9.13p3-1 [1889 kB]",
    "Get:4 http://mirror.test/debian bookworm/main amd64 curl amd64 7.88.1-10 [315 kB]",
    "Unpacking sudo (1.9.13p3-1) ...",
    "invoke-rc.d: policy-rc.d denied execution of start.",
    "Setting up sudo (1.9.13p3-1) ...",
  ];
  expect(lines.map(percentOf)).toEqual([undefined, 25, 100, 12.5, undefined, 25]);
});

test("apt's lines of something else are no progress", () => {
  expect(aptProgress()("Setting up sudo (1.9.13p3-1) ...")).toBeUndefined();
});

test("qemu-img's lines", () => {
  expect(qemuProgress("    (42.51/100%)")).toBe(42.51);
  expect(qemuProgress("converted")).toBeUndefined();
});

test("each tenth is told once", () => {
  const told: string[] = [];
  const take = tellTenths(Number, (text) => told.push(text), "packing the disk");
  for (const line of ["0", "3", "11", "19", "100"]) take(line);
  expect(told).toEqual(["packing the disk: 0 %", "packing the disk: 10 %", "packing the disk: 100 %"]);
});
