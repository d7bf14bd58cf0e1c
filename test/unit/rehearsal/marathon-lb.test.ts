import { expect, test } from "vitest";
import { haproxyConfig } from "../../../src/rehearsal/marathon-lb/haproxy-config.ts";
import { appsSchema, servicesOf } from "../../../src/rehearsal/marathon-lb/services.ts";

const labels = { HAPROXY_GROUP: "g", HAPROXY_0_BIND_ADDR: "10.0.0.7" };
const task = { id: "t", host: "127.0.33.19", ports: [31_000], startedAt: "2026-01-01T00:00:00.000Z" };
const { apps } = appsSchema.parse({ apps: [{ id: "/a", labels, ports: [10_000], tasks: [task] }] });
const services = servicesOf(apps, { groups: ["g"], healthCheck: false, reserved: [] }, () => {});

test.each([
  ["*", "10.0.0.7:10000"],
  ["127.0.33.18", "127.0.33.18:10000"],
])("a label chooses the address of a service port only where HAProxy has all: %s", (address, expected) => {
  const binding = { address, admin: 9_090, apps: 9_091, vhosts: 80, self: "127.0.0.1:1", heads: {} };
  expect(haproxyConfig(services, binding)).toContain(`frontend a_10000\n  bind ${expected}\n`);
});

/** What is served of two apps, of which the second has this label, and what is said of it. */
function served(label: Record<string, string>, own = 10_001) {
  const second = { id: "/b", labels: { HAPROXY_GROUP: "g", ...label }, ports: [own], tasks: [task] };
  const both = [...apps, ...appsSchema.parse({ apps: [second] }).apps];
  const said: string[] = [];
  const all = servicesOf(both, { groups: ["g"], healthCheck: false, reserved: [9_090] }, (line) =>
    said.push(line),
  );
  return { ports: all.map(({ servicePort }) => servicePort), said };
}

test.each([
  ["too high", "99999", '/b: the label HAPROXY_0_PORT is no port: "99999"'],
  ["none", "0", '/b: the label HAPROXY_0_PORT is no port: "0"'],
  ["below none", "-1", '/b: the label HAPROXY_0_PORT is no port: "-1"'],
  ["a part of one", "80.5", '/b: the label HAPROXY_0_PORT is no port: "80.5"'],
  ["more than a number", "80;\n", '/b: the label HAPROXY_0_PORT is no port: "80;\\n"'],
  ["another app's", "10000", "/b: service port 10000 is taken"],
  ["marathon-lb's own", "9090", "/b: service port 9090 is taken"],
])("a port that is %s is left out and told; the other app is served", (_, port, told) => {
  expect(served({ HAPROXY_0_PORT: port })).toEqual({ ports: [10_000], said: [told] });
});

test("a port that nobody asked for is not told", () => {
  expect(served({}, 0)).toEqual({ ports: [10_000], said: [] });
  expect(served({ HAPROXY_0_PORT: "8085" })).toEqual({ ports: [10_000, 8_085], said: [] });
});
