import { expect, test } from "vitest";
import type { Verdict } from "../../../src/claims/verdict.ts";
import { claimsTask } from "../../../src/commands/create/check-claims.ts";
import { exitCodes, LabError } from "../../../src/errors.ts";
import type { LabEvent } from "../../../src/ui/events.ts";
import { runTasks } from "../../../src/ui/tasks.ts";
import { tutorialLab } from "../../helpers/labs.ts";
import { closedPort } from "../../helpers/local-servers.ts";

/** The step on a lab of which nothing answers. */
async function verifyDeadLab(access: Parameters<typeof claimsTask>[2], bounds: object = { timeoutMs: 100 }) {
  const dead = await closedPort();
  const ports = {
    ...tutorialLab.ports,
    ...{ mesosMaster: dead, mesosSlave: dead, marathon: dead, bamboo: dead, haproxy: dead },
  };
  // ZooKeeper's port is fixed: an address of the loopback network on which nothing listens there.
  const machines = tutorialLab.machines.map((machine) => ({ ...machine, ip: "127.93.33.18" }));
  const events: LabEvent[] = [];
  let verdict: Verdict | undefined;
  const lab = { ...tutorialLab, machines, ports };
  const progress = {
    signal: new AbortController().signal,
    emit: (event: LabEvent) => events.push(event),
    display: "silent" as const,
  };
  const onVerdict = (found: Verdict) => {
    verdict = found;
  };
  const task = claimsTask(lab, progress, access, onVerdict, bounds);
  const error = await runTasks([task], "silent").catch((thrown) => thrown);
  return { error: error as LabError, events, verdict };
}

test("claims that fail: the error tells the last words of the service that starts first", async () => {
  const asked: string[] = [];
  const { error, events, verdict } = await verifyDeadLab({
    lastLines: async ({ service, machine }) => {
      asked.push(`${service} on ${machine.name}`);
      return "\u001b[31mBinding to port 0.0.0.0:2181\u001b[0m\njava.net.BindException";
    },
  });
  expect(verdict?.holds).toBe(false);
  expect(asked).toEqual(["zookeeper on master"]);
  expect(error).toMatchObject({ exitCode: exitCodes.verify, message: "13 of 13 claims do not hold" });
  expect(error.details.at(-1)).toBe(
    "zk on master printed last:\n  Binding to port 0.0.0.0:2181\n  java.net.BindException",
  );
  expect(events.filter(({ event }) => event === "claim")).toHaveLength(13);
});

test.each([
  ["nothing", async () => " \n"],
  [
    "that the machine is not there",
    async () => {
      throw new LabError("machine-unknown", "no such machine");
    },
  ],
])("last words that are %s leave the error as it is", async (_, lastLines) => {
  const { error } = await verifyDeadLab({ lastLines });
  expect(error.exitCode).toBe(exitCodes.verify);
  expect(error.details.join()).not.toContain("printed last");
});

test("nothing is waited for where a service has stopped for good: that is told first, with what helps", async () => {
  const stopped = async () => ["zk on master is not there"];
  const access = { lastLines: async () => "", stopped };
  const { error, verdict } = await verifyDeadLab(access, { lookMs: 1 });
  expect(verdict?.holds).toBe(false);
  expect(error.exitCode).toBe(exitCodes.verify);
  expect(error.details[0]).toBe("zk on master is not there");
  expect(error.remedy[0]).toBe("npx mesos-lab create");
});
