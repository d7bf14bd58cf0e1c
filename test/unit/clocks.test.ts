import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

/** Who may read the wall clock, and what for: to tell a time of day. Lengths of time are measured by `performance.now()`. */
const tellers: Readonly<Record<string, string>> = {
  "tools/lab-lock.ts": "when a command began",
  "drills/clock.ts": "when a drill began",
  "commands/incident.ts": "when an incident began and ended",
  "commands/lesson/report.ts": "when a report was written",
  "commands/lesson/check.ts": "when a step was passed",
  "machines/vagrant/snapshots.ts": "what time it is, for machines that went back",
  "machines/vagrant/child.ts": "when a Vagrant that outlived the tool began",
  "rehearsal/embedded/launcher.ts": "its log",
  "rehearsal/haproxy-marathon-bridge/main.ts": "its log",
  "rehearsal/mesos/master-info.ts": "a master's id",
  "rehearsal/mesos/log.ts": "the stand-ins' logs",
  "rehearsal/marathon/apps/timestamp.ts": "versions of apps, times of tasks",
  "rehearsal/mesos-agent/agent.ts": "start_time",
  "rehearsal/mesos-agent/execution.ts": "status updates",
  "rehearsal/mesos-agent/statistics.ts": "when they were taken",
  "rehearsal/mesos-dns/start.ts": "the zone's serial",
  "rehearsal/mesos-master/agents.ts": "registered_time",
  "rehearsal/mesos-master/election.ts": "elected_time",
  "rehearsal/mesos-master/frameworks.ts": "registered_time",
  "rehearsal/mesos-master/master.ts": "start_time",
  "rehearsal/mesos-master/updates.ts": "status updates",
};

const source = join(import.meta.dirname, "../../src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".ts"),
);
const readers = files
  .filter((name) => /Date\.now\b|\bDate\(\)/.test(code(name)))
  .map((name) => relative(".", name));

function code(name: string): string {
  return readFileSync(join(source, name), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
}

test("the wall clock is read only to tell a time of day", () => {
  expect(readers.filter((name) => !(name in tellers))).toEqual([]);
});

test("no length of time is measured by the wall clock", () => {
  const measured = files.filter((name) =>
    /Date\.(now|parse)\([^)]*\)\s*[-+<>]|(?<!=)[-+<>]=?\s*Date\.(now|parse)\(/.test(code(name)),
  );
  expect(measured).toEqual([]);
});
