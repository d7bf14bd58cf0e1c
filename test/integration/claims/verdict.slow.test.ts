import { expect, onTestFinished, test, vi } from "vitest";
import { claimsFor } from "../../../src/claims/claims-for.ts";
import { type Verdict, verifyLab } from "../../../src/claims/verdict.ts";
import { exitCodes } from "../../../src/errors.ts";
import type { ProbeContext } from "../../../src/probes/context.ts";
import { openHttp } from "../../../src/probes/http.ts";
import { patienceMs } from "../../helpers/eventually.ts";
import { type FakeLab, startFakeLab } from "../../helpers/fake-lab.ts";
import { closedPort, serveTcp } from "../../helpers/local-servers.ts";
import {
  agentState,
  marathonApp,
  marathonInfo,
  srvrText,
  statsCsv,
  tomcatRows,
} from "../../helpers/recorded.ts";

/** Every claim looked at once, without waiting: what fails does not depend on how fast this machine is. */
async function failingAtOneLook(fake: FakeLab): Promise<string[]> {
  const http = openHttp();
  const context: ProbeContext = {
    http,
    signal: new AbortController().signal,
    timeoutMs: patienceMs,
    addressOf: fake.addressOf,
    statePaths: new Map(),
  };
  try {
    const looks = claimsFor(fake.lab).map(async ({ id, check }) => {
      const finding = await check(context).catch((error: Error) => ({ holds: false, seen: error.message }));
      return finding.holds ? [] : [`${id}: ${finding.seen}`];
    });
    return (await Promise.all(looks)).flat();
  } finally {
    await http.close();
  }
}
const failing = (verdict: Verdict) =>
  verdict.results.filter((result) => !result.holds).map(({ id, seen }) => `${id}: ${seen}`);

test("a healthy lab: all claims hold, each page is asked for once", async () => {
  const fake = await startFakeLab();
  const settled: string[] = [];
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  // An answer is shared for a moment: here the moment lasts, however long this host takes.
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const verdict = await verifyLab(fake.lab, {
    timeoutMs: patienceMs,
    addressOf: fake.addressOf,
    onResult: ({ id }) => settled.push(id),
  });
  expect(failing(verdict)).toEqual([]);
  expect(verdict.holds).toBe(true);
  expect(warnings).toEqual([]);
  const ids = claimsFor(fake.lab).map(({ id }) => id);
  expect(verdict.results.map(({ id }) => id)).toEqual(ids);
  expect(settled.sort()).toEqual([...ids].sort());
  expect(Math.max(...fake.asked.values()), JSON.stringify([...fake.asked])).toBe(1);
});

test("claims wait for a lab that comes up, each until it is true", async () => {
  const fake = await startFakeLab();
  fake.zookeeper = "This ZooKeeper instance is not currently serving requests\n";
  fake.pages.marathon["/v2/info"] = [503, "Could not determine the current leader"];
  const verdict = await verifyLab(fake.lab, {
    timeoutMs: patienceMs,
    addressOf: fake.addressOf,
    // The first claims that hold bring up the rest.
    onResult: () => {
      fake.zookeeper = srvrText("standalone");
      fake.pages.marathon["/v2/info"] = JSON.stringify(marathonInfo());
    },
  });
  expect(failing(verdict)).toEqual([]);
});

test.each<[string, (fake: FakeLab) => void, (string | RegExp)[]]>([
  [
    "ZooKeeper without a quorum",
    (fake) => {
      fake.zookeeper = "This ZooKeeper instance is not currently serving requests\n";
    },
    [/^zookeeper-serves@master: .*: not currently serving requests$/],
  ],
  [
    "an agent that is not registered",
    (fake) => {
      fake.pages["mesos-slave"]["/state.json"] = JSON.stringify(agentState({ id: "" }));
    },
    ["mesos-agent-registered@slave: not registered: its id is empty"],
  ],
  [
    "Bamboo started before Marathon",
    (fake) => {
      fake.pages.marathon["/v2/eventSubscriptions"] = '{"callbackUrls":[]}';
    },
    ["bamboo-subscribed@master: no subscriptions"],
  ],
  [
    "a callback that was lost",
    (fake) => {
      fake.pages.haproxy["/haproxy_stats;csv"] = statsCsv(tomcatRows(31571));
    },
    [/^haproxy-routes@master: \/tomcat: no route to 192.168.33.19:31071; .*stale route/],
  ],
  [
    "Marathon that registered anew",
    (fake) => {
      fake.pages.marathon["/v2/info"] = JSON.stringify(marathonInfo({ frameworkId: "new" }));
    },
    ["marathon-framework-active@master: the master does not list framework new"],
  ],
  [
    "a stand-in under a classic lab",
    (fake) => {
      fake.pages.marathon["/v2/info"] = JSON.stringify(marathonInfo({ version: "0.15.0-rehearsal" }));
    },
    [/^stack@master: mesos 0.24.1, marathon 0.*-rehearsal$/],
  ],
  [
    "an app that wants a task and gets none",
    (fake) => {
      fake.pages.marathon["/v2/apps"] = JSON.stringify({ apps: [marathonApp({ tasksRunning: 0 })] });
    },
    ["marathon-apps-run@master: /tomcat 0 of 1"],
  ],
  [
    "an app with a rule, whose page is 503",
    (fake) => ruled(fake, "path_beg -i /"),
    ["haproxy-serves@master: /tomcat: 503"],
  ],
  [
    "an app with a rule for a host, whose page is 504",
    (fake) => {
      ruled(fake, "hdr(host) -i shop.example");
      fake.pages.haproxy["/"] = [504, "Gateway Timeout"];
    },
    ["haproxy-answers@master: 504", "haproxy-serves@master: /tomcat: 504"],
  ],
  [
    "an HAProxy that wants another password",
    (fake) => {
      fake.pages.haproxy["/haproxy_stats;csv"] = [401, "<html><body>401 Unauthorized"];
    },
    [/^haproxy-routes@master: http:.*;csv: 401 401 Unauthorized$/],
  ],
])("%s", async (_, breakIt, expected) => {
  const fake = await startFakeLab();
  breakIt(fake);
  const failures = await failingAtOneLook(fake);
  expect(failures).toHaveLength(expected.length);
  for (const [index, failure] of failures.entries()) expect(failure).toMatch(expected[index] ?? "");
});

/** Gives the fake lab's tomcat a rule in Bamboo. */
function ruled(fake: FakeLab, Acl: string): void {
  const Services = { "/tomcat": { Id: "/tomcat", Acl } };
  fake.pages.bamboo["/api/state"] = JSON.stringify({ Apps: [{ Id: "/tomcat" }], Services });
}

test.each<[string, (fake: FakeLab) => void]>([
  ["that is suspended", (fake) => apps(fake, { instances: 0, tasksRunning: 0 })],
  ["that is gone", (fake) => apps(fake, { id: "/other" })],
  ["that has no page there", (fake) => page(fake, [404, "Not Found"])],
  ["that wants people to log in", (fake) => page(fake, [401, "Unauthorized"])],
  ["whose rule nobody can tell a request for", (fake) => ruled(fake, "path_reg ^/x")],
])("an app with a rule, %s: no fault of the lab", async (_, change) => {
  const fake = await startFakeLab();
  ruled(fake, "path_beg -i /");
  change(fake);
  expect(await failingAtOneLook(fake)).toEqual([]);
});

function page(fake: FakeLab, answer: readonly [number, string]): void {
  fake.pages.haproxy["/"] = answer;
}

function apps(fake: FakeLab, changes: object): void {
  fake.pages.marathon["/v2/apps"] = JSON.stringify({ apps: [marathonApp(changes)] });
}

test("1.x: /state only", async () => {
  const fake = await startFakeLab();
  for (const pages of [fake.pages["mesos-master"], fake.pages["mesos-slave"]]) {
    pages["/state"] = pages["/state.json"] ?? "";
    delete pages["/state.json"];
  }
  expect(await failingAtOneLook(fake)).toEqual([]);
  expect([...fake.asked.keys()]).not.toContain("mesos-master /state.json");
});

test("a dead machine and one that hangs fail their claims, with what was seen, and no others", async () => {
  const fake = await startFakeLab();
  const hanging = await serveTcp(() => undefined);
  const dead = await closedPort();
  const { mesosSlave, bamboo } = fake.lab.ports;
  const verdict = await verifyLab(fake.lab, {
    timeoutMs: 4_500,
    addressOf: (machine, port) => {
      if (port === mesosSlave) return { host: "127.0.0.1", port: dead };
      return port === bamboo ? hanging : fake.addressOf(machine, port);
    },
  });
  expect(verdict.holds).toBe(false);
  expect(failing(verdict)).toEqual([
    `mesos-agent-registered@slave: http://127.0.0.1:${dead}/state: connection refused`,
    "bamboo-answers@master: no answer within 4.5 s",
    "haproxy-serves@master: no answer within 4.5 s",
  ]);
});

test("what services say is shown without control characters", async () => {
  const fake = await startFakeLab();
  fake.pages.marathon["/v2/info"] = JSON.stringify(marathonInfo({ version: "0.15.0\u001b[2J\u0007" }));
  const verdict = await verifyLab(fake.lab, { timeoutMs: patienceMs, addressOf: fake.addressOf });
  const stack = verdict.results.find(({ id }) => id === "stack@master");
  expect(stack?.seen).toBe("mesos 0.24.1, marathon 0.15.0");
});

test("an abort ends the verification at once", async () => {
  const fake = await startFakeLab();
  fake.zookeeper = "";
  const controller = new AbortController();
  const verdict = verifyLab(fake.lab, {
    timeoutMs: 600_000,
    addressOf: fake.addressOf,
    signal: controller.signal,
    onResult: () => controller.abort(),
  });
  await expect(verdict).rejects.toMatchObject({ exitCode: exitCodes.interrupted });
});
