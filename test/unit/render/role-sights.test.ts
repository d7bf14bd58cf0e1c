import { describe, expect, test } from "vitest";
import { roleSights } from "../../../src/render/role-sights.ts";
import { playbookSights } from "../../../src/render/site.ts";
import { readTemplates } from "../../../src/tools/files.ts";
import { labFrom } from "../../helpers/described-labs.ts";

/** What a second `create` looks at instead of running the playbooks: all that they would look at. */

const templates = readTemplates();
const roles = [
  ...new Set([...templates.keys()].flatMap((path) => /^roles\/([^/]+)\//.exec(path)?.[1] ?? [])),
];

/** Only used while a role changes something, or by a look that every machine gets. */
const passing = [/^\/var\/tmp\//, /^\/usr\/bin\/python3$/, /^\/sys\/fs\/cgroup$/];

const pattern = (path: string) =>
  new RegExp(`^${path.replaceAll(/[.+]/g, "\\$&").replaceAll("*", "[^/]*")}$`);

describe.each(roles)("the role %s", (role) => {
  const sight = roleSights[role as keyof typeof roleSights];

  test("has a sight", () => {
    expect(sight).toBeDefined();
  });

  test("names no path of a machine that is not looked at", () => {
    const texts = [...templates].filter(
      ([path]) => path.startsWith(`roles/${role}/`) && path.endsWith(".yml"),
    );
    const named = texts.flatMap(
      ([, text]) =>
        text.replaceAll(/^\s*(?:#|→).*$/gm, "").match(/(?<![\w}/])\/(?:etc|usr|var|run|sys)\/[\w./*-]*\w/g) ??
        [],
    );
    const paths = sight.paths.map(pattern);
    // A folder that tasks put something into: what they put there is named.
    const isSeen = (path: string) =>
      paths.some((each) => each.test(path) || each.test(`${path}/x`)) ||
      sight.paths.some((each) => each.startsWith(`${path}/`));
    expect(
      [...new Set(named)].filter((path) => !passing.some((each) => each.test(path)) && !isSeen(path)),
    ).toEqual([]);
  });
});

test("a lab is looked at for its own roles", () => {
  const four = playbookSights(
    labFrom("stack: rehearsal\ndiscovery: [bamboo, mesos-dns, marathon-lb, haproxy-marathon-bridge]\n"),
  );
  expect(four.units).toEqual(["docker.service", "haproxy.service", "haproxy-marathon-bridge.timer"]);
  expect(four.paths).toContain("/etc/default/haproxy-marathon-bridge");
  expect(playbookSights(labFrom("stack: classic\n")).paths).toContain("/etc/docker/daemon.json");
});
