import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { verdictTable } from "../../../src/claims/report.ts";
import type { ClaimResult, Verdict } from "../../../src/claims/verdict.ts";
import { cells } from "../../../src/ui/text.ts";

const result = (changes: Partial<ClaimResult>): ClaimResult => ({
  id: "zookeeper-serves@master",
  service: "zookeeper",
  machine: "master",
  title: "ZooKeeper serves",
  expected: "Mode: standalone",
  seen: "Mode: standalone, 21 nodes, version 3.4.6",
  look: "echo srvr | nc 192.168.33.18 2181",
  holds: true,
  waitedMs: 12,
  ...changes,
});

const failing: Verdict = {
  holds: false,
  results: [
    result({}),
    result({
      holds: false,
      title: "HAProxy routes to the tasks that Marathon runs",
      expected: "frontend http-in, and one server for the host and port of every running task",
      seen: "/tomcat: no route to 192.168.33.19:31071; /tomcat: stale route to 192.168.33.19:31571",
      look: "curl -s -u admin:admin 'http://192.168.33.18:80/haproxy_stats;csv' # a line longer than the terminal",
    }),
  ],
};

test("failing claims show expected, seen and look on lines of their own", () => {
  expect(`\n${verdictTable(failing, { width: 80, color: false })}\n`).toMatchInlineSnapshot(`
    "
       claim                              machine  seen
    ✔  ZooKeeper serves                   master   Mode: standalone, 21 nodes, vers…
    ✖  HAProxy routes to the tasks that…  master   /tomcat: no route to 192.168.33.…
       expected  frontend http-in, and one server for the host and port of every
                 running task
       seen      /tomcat: no route to 192.168.33.19:31071; /tomcat: stale route to
                 192.168.33.19:31571
       look      curl -s -u admin:admin 'http://192.168.33.18:80/haproxy_stats;csv' # a line longer than the terminal

    1 of 2 claims hold
    "
  `);
});

test("no line but the pasteable one is wider than the terminal", () => {
  for (const line of verdictTable(failing, { width: 60, color: false }).split("\n"))
    if (!line.includes("curl")) expect(cells(line), line).toBeLessThanOrEqual(60);
});

test("colours change nothing but the colour", () => {
  const plain = verdictTable(failing, { width: 80, color: false });
  const colored = verdictTable(failing, { width: 80, color: true });
  expect(colored).not.toBe(plain);
  expect(stripVTControlCharacters(colored)).toBe(plain);
  expect(stripVTControlCharacters(plain)).toBe(plain);
});
