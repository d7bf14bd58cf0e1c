import { expect, test } from "vitest";
import { catalogue, entriesOn } from "../../../src/lab/catalogue/index.ts";
import { machinesWith } from "../../../src/lab/model.ts";
import { once } from "../../../src/lab/once.ts";
import { inventory } from "../../../src/render/inventory.ts";
import { hostsLab } from "../../helpers/described-labs.ts";

test("what never changes is worked out once, and for each thing by itself", () => {
  let worked = 0;
  const look = once(({ size }: { readonly size: number }) => {
    worked += 1;
    return size === 0 ? undefined : size;
  });
  const [none, two] = [{ size: 0 }, { size: 2 }];
  expect([look(none), look(two), look(none), look(two)]).toEqual([undefined, 2, undefined, 2]);
  expect(worked).toBe(2);
});

test("a lab of 500 machines over several networks: each has its own", () => {
  const slaves = Array.from({ length: 499 }, (_, index) => {
    const ip = `10.1.${1 + Math.floor(index / 250)}.${(index % 250) + 1}`;
    return `  - {name: s${index}, ip: ${ip}, services: [mesos-slave]}\n`;
  });
  const lab = hostsLab(
    `machines:\n  - {name: m, ip: 10.1.0.1, services: [zookeeper, mesos-master, marathon, bamboo]}\n${slaves.join("")}`,
  );
  expect(machinesWith(lab, "mesos-slave")).toHaveLength(499);
  expect(catalogue(lab)).toHaveLength(4 + 499);
  expect(Object.keys(inventory(lab).all.hosts)).toHaveLength(500);
  for (const machine of lab.machines.slice(1))
    expect(entriesOn(lab, machine).map(({ tutorial }) => tutorial.env?.MESOS_IP)).toEqual([machine.ip]);
  // Another lab with the same machines is another lab.
  const other = { ...lab, images: { ...lab.images, "mesos-slave": "other" } };
  expect(entriesOn(other, lab.machines[1] as (typeof lab.machines)[0])[0]?.tutorial.image).toBe("other");
});
