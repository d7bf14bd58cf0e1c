import { expect, test } from "vitest";
import type { AppAddress } from "../../../../src/lab/catalogue/method.ts";
import { methods } from "../../../../src/lab/catalogue/methods.ts";
import { discoveryNames } from "../../../../src/lab/model.ts";
import { fourWaysLab, labFrom } from "../../../helpers/described-labs.ts";

const waysOf = (app: AppAddress, lab = fourWaysLab) =>
  discoveryNames.flatMap((name) =>
    methods[name].ways(lab, app).map((way) => {
      const to = `${way.machine.ip}:${way.port}`;
      return `${way.name} ${to}${way.host === undefined ? "" : ` ${way.host}`}${way.twin ? " (twin)" : ""}`;
    }),
  );

test("an application of marathon-lb's group with a name has every way in", () => {
  const labels = { HAPROXY_GROUP: "internal,external", HAPROXY_0_VHOST: "a.lab,b.lab" };
  expect(waysOf({ id: "/shop", servicePort: 10_004, labels })).toEqual([
    "bamboo 192.168.33.18:80",
    "mesos-dns 192.168.33.18:53",
    "mesos-dns (TTL kept) 192.168.33.18:53",
    "marathon-lb 192.168.33.18:10004",
    "marathon-lb (virtual host) 192.168.33.18:8081 a.lab (twin)",
    "haproxy-marathon-bridge 192.168.33.19:10004",
  ]);
});

test("one of no group is passed by, and one without a port is only for Bamboo's rule", () => {
  const passed = waysOf({ id: "/shop", servicePort: 10_004 });
  expect(passed.filter((way) => way.startsWith("marathon-lb"))).toEqual([]);
  expect(passed).toHaveLength(4);
  expect(waysOf({ id: "/shop", labels: { HAPROXY_GROUP: "external" } })).toEqual(["bamboo 192.168.33.18:80"]);
});

test("every slave with a bridge is a way, the first of them a lane", () => {
  const lab = labFrom(`
discovery: [haproxy-marathon-bridge]
machines:
  - { name: master, ip: 10.1.2.11, services: [zookeeper, mesos-master, marathon] }
  - { name: s1, ip: 10.1.2.21, services: [mesos-slave] }
  - { name: s2, ip: 10.1.2.22, services: [mesos-slave] }
`);
  expect(waysOf({ id: "/shop", servicePort: 10_004 }, lab)).toEqual([
    "haproxy-marathon-bridge 10.1.2.21:10004",
    "haproxy-marathon-bridge on s2 10.1.2.22:10004 (twin)",
  ]);
});
