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
