import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DrillReport } from "../../../src/drills/model/report.ts";
import { embeddedLab } from "../../helpers/embedded-lab.ts";
import { missing } from "../../helpers/missing.ts";

const noBalancers = missing("haproxy", "curl");

interface Result {
  readonly drills: readonly DrillReport[];
  readonly page: string;
  readonly comparison: readonly { readonly way: string; readonly outage: object; readonly took: string }[];
}

const lastEvent = <T>({ stdout }: { stdout: string }): T =>
  JSON.parse(stdout.trim().split("\n").at(-1) ?? "");

describe.skipIf(noBalancers !== "")(`a lab with all four methods${noBalancers}`, () => {
  const lab = embeddedLab({}, "discovery: [bamboo, mesos-dns, marathon-lb, haproxy-marathon-bridge]");
  beforeAll(async () => {
    expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  });
  afterAll(() => lab.remove());

  test("demo tells every way in, and drill --compare measures them under one clock", async () => {
    const demo = await lab.run("demo");
    expect(demo, demo.stderr).toMatchObject({ exitCode: 0 });
    const { haproxy, marathonLb } = { ...lab.lab().ports, ...lab.lab().machines[0]?.ports };
    const port = haproxy === 80 ? "" : `:${haproxy}`;
    expect(demo.stdout.split("\n").slice(1, 6)).toEqual([
      ` bamboo                      curl http://${lab.master}${port}/`,
      " mesos-dns                   npx mesos-lab dig _tomcat._tcp.marathon.mesos",
      ` marathon-lb                 curl http://${lab.master}:10000/`,
      ` marathon-lb (virtual host)  curl -H 'Host: tomcat.lab' http://${lab.master}:${marathonLb}/`,
      ` haproxy-marathon-bridge     curl http://${lab.slave}:10000/`,
    ]);

    const drilled = await lab.run("drill", "kill-task", "--compare", "--settle", "1", "--json");
    expect(drilled, drilled.stderr + drilled.stdout.slice(-2_000)).toMatchObject({ exitCode: 0 });
    const { drills, page, comparison } = lastEvent<Result>(drilled);
    const [report] = drills as [DrillReport];
    const methods = ["bamboo", "mesos-dns", "mesos-dns (TTL kept)", "marathon-lb", "haproxy-marathon-bridge"];
    expect(report.recovered).toBe(true);
    expect(report.lanes.map(({ way }) => way)).toEqual(methods);
    expect(comparison.map(({ way }) => way)).toEqual(methods);
    for (const { way, outage, sampling } of report.lanes) {
      expect([way, outage.state]).toEqual([way, "recovered"]);
      expect(outage.startUnknown).toBe(false);
      // The old task was gone at once: nobody can have been served again before a new one ran.
      const running = report.marks.find(({ what, at }) => what === "TASK_RUNNING" && at > report.breakAt);
      expect(outage.endedAt).toBeGreaterThan((running?.at ?? Number.POSITIVE_INFINITY) - 1_000);
      expect(sampling.sent).toBeGreaterThan(10);
    }
    // Each lane has the causes of its own method.
    const seen = methods.map((lane) =>
      report.marks.filter((mark) => mark.lane === lane).map(({ what }) => what),
    );
    const own = [
      "HAProxy reloaded",
      "records changed",
      "records changed",
      "HAProxy reloaded",
      "HAProxy reloaded",
    ];
    for (const [i, what] of own.entries()) expect(seen[i]).toContain(what);
    expect(seen[3]).toContain("event to marathon-lb");
    // On a busy host fewer are sent, and the report says so.
    const [, each, all] =
      /^(\d+) for each way in, (\d+) in all$/.exec(String(report.parameters["requests per second"])) ?? [];
    expect(Number(each)).toBeLessThanOrEqual(50);
    expect(Number(all)).toBe(Number(each) * methods.length);
    const html = readFileSync(page, "utf8");
    for (const way of methods) expect(html).toContain(`<b>${way}</b>`);
  });
});

describe("a lab with Mesos-DNS only", () => {
  const lab = embeddedLab({}, "discovery: [mesos-dns]");
  beforeAll(async () => {
    expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  });
  afterAll(() => lab.remove());

  test("demo makes no rule, and a drill takes its way in", async () => {
    const demo = lastEvent(await lab.run("demo", "--json"));
    expect(demo).toMatchObject({
      app: "/tomcat",
      ways: [{ way: "mesos-dns", command: "npx mesos-lab dig _tomcat._tcp.marathon.mesos" }],
    });
    expect(demo).not.toHaveProperty("acl");
    const drilled = await lab.run("drill", "remove-container", "--settle", "1", "--json");
    expect(drilled, drilled.stderr + drilled.stdout.slice(-2_000)).toMatchObject({ exitCode: 0 });
    const [report] = lastEvent<Result>(drilled).drills;
    expect(report?.lanes.map(({ way, outage }) => [way, outage.state])).toEqual([["mesos-dns", "recovered"]]);
    const removed = await lab.run("demo", "--remove", "--json");
    expect(lastEvent(removed)).toMatchObject({ removed: true });
    expect(await lab.run("drill", "kill-task")).toMatchObject({
      exitCode: 5,
      stderr: expect.stringMatching(
        /the demo is not served\n {2}Marathon does not run it\n {2}try: npx mesos-lab demo/,
      ),
    });
  });
});
