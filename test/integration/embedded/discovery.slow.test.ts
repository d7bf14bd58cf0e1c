import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { waysIn } from "../../../src/demo/ways-in.ts";
import { entriesOf } from "../../../src/lab/catalogue/index.ts";
import { demoLabels } from "../../../src/lab/catalogue/marathon-lb.ts";
import type { Machine, ServiceName } from "../../../src/lab/model.ts";
import { machinesOf } from "../../../src/machines/index.ts";
import { labAddress } from "../../../src/probes/context.ts";
import { LabFolder } from "../../../src/tools/lab-folder.ts";
import { embeddedLab, type MarathonTask, runningTasks } from "../../helpers/embedded-lab.ts";
import { eventually } from "../../helpers/eventually.ts";
import { missing } from "../../helpers/missing.ts";
import { noZooKeeper } from "../../helpers/zookeeper-server.ts";

const noBalancers = missing("haproxy", "curl");
const discovery = "discovery: [bamboo, mesos-dns, marathon-lb, haproxy-marathon-bridge]";

describe.skipIf(noBalancers !== "")(`all four methods${noBalancers}`, () => {
  const lab = embeddedLab({}, discovery);
  afterAll(() => lab.remove());
  const { signal } = new AbortController();
  const marathon = `http://${lab.master}:8080`;

  /** Every way in leads to this task: its page names it. */
  const allLeadTo = (task: MarathonTask) =>
    eventually(async () => {
      const options = { addressOf: labAddress, signal, now: () => performance.now() };
      const app = { id: "/tomcat", servicePort: 10_000, labels: demoLabels };
      const ways = waysIn(lab.lab(), app, options).filter(({ twin }) => !twin);
      const pages = await Promise.all(
        ways.map(async ({ name, url, resolve }) => {
          const found = await resolve?.();
          const page = await (await fetch(found ? `http://${found.address}:${found.port}/` : url)).text();
          return [name, /tomcat\.[0-9a-f-]{36}/.exec(page)?.[0] ?? page.slice(0, 80)];
        }),
      );
      expect(pages).toEqual(
        ["bamboo", "mesos-dns", "mesos-dns (TTL kept)", "marathon-lb", "haproxy-marathon-bridge"].map(
          (way) => [way, task.id],
        ),
      );
      const { marathonLb } = { ...lab.lab().ports, ...lab.lab().machines[0]?.ports };
      expect(await pageOf(lab.master, marathonLb, "tomcat.lab")).toContain(task.id);
    });
  const nextTask = (before?: MarathonTask) =>
    eventually(async () => {
      const [task] = await runningTasks(marathon);
      if (task === undefined || task.id === before?.id) throw new Error("no new task yet");
      return task;
    });

  test("create, demo, kill, dig, restart, reboot, destroy: every way in serves again, and nothing is left", async () => {
    const created = await lab.run("create");
    expect(created).toMatchObject({ exitCode: 0 });
    expect(created.stdout).toContain(noZooKeeper ? "21 of 21 claims hold" : "22 of 22 claims hold");
    expect(created.stdout).toMatch(
      /Bamboo's HAProxy has port \d+; marathon-lb serves its virtual hosts at port 80/,
    );
    const before = lab.state();
    expect((await lab.run("create")).stderr).toContain("the lab's processes are running");
    expect(lab.state()).toEqual(before);

    expect(await lab.run("demo")).toMatchObject({ exitCode: 0 });
    const first = await nextTask();
    await fetch(`${marathon}/v2/apps/tomcat/tasks/${first.id}`, { method: "DELETE" });
    const second = await nextTask(first);
    await allLeadTo(second);
    expect(await lab.run("verify")).toMatchObject({ exitCode: 0 });
    const asked = await lab.run("dig", "_tomcat._tcp.marathon.mesos");
    expect(asked.stdout).toContain(`IN SRV 0 0 ${second.ports[0]} `);
    expect((await lab.run("dig", "leader.mesos")).stdout).toContain(` IN A ${lab.master}`);

    const machines = machinesOf(lab.lab(), new LabFolder("mesos-lab", `${lab.folder}/generated`));
    const entry = (service: ServiceName) => entriesOf(lab.lab(), service)[0] as never;
    await Promise.all(
      (["mesos-dns", "marathon-lb"] as const).map((name) => machines.breaks.restart(entry(name), signal)),
    );
    await machines.breaks.reboot(lab.lab().machines[1] as Machine, signal);
    const third = await nextTask(second);
    await allLeadTo(third);

    expect((await lab.run("status")).stdout).toMatch(/slave +127\.[\d.]+19 +running\n/);
    for (const [service, words] of [
      ["mesos-dns", "names are those of"],
      ["marathon-lb", "groups external"],
      ["haproxy-marathon-bridge", "HAProxy reloaded"],
    ] as const)
      expect((await lab.run("logs", service)).stdout).toContain(words);

    expect(lab.processes().filter(({ command }) => command.startsWith("haproxy ")).length).toBeGreaterThan(3);
    expect(await lab.run("destroy")).toMatchObject({ exitCode: 0 });
    expect(lab.processes()).toEqual([]);
    expect(existsSync(join(lab.folder, "generated"))).toBe(false);
  });
});

test("without HAProxy the methods that need it are refused, with what to install; Mesos-DNS is not", async () => {
  const lab = embeddedLab({ PATH: "" }, discovery);
  try {
    mkdirSync(join(lab.folder, "bin"));
    symlinkSync("/usr/bin/tail", join(lab.folder, "bin", "tail"));
    lab.env.PATH = join(lab.folder, "bin");
    const refused = await lab.run("create");
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toMatch(
      /haproxy is not (installed|on the PATH), and marathon-lb and haproxy-marathon-bridge need it in an embedded lab/,
    );
    expect(refused.stderr).toContain("install curl with your package manager (apt-get install curl)");
    const made = await lab.run("create", "--discovery", "bamboo", "--discovery", "mesos-dns");
    expect(made).toMatchObject({ exitCode: 0 });
    expect(made.stdout).toContain("16 of 16 claims hold");
  } finally {
    await lab.remove();
  }
});

/** `fetch` sends no Host header of one's own. */
function pageOf(address: string, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: address, port, headers: { host }, agent: false }, async (answer) =>
      resolve((await answer.toArray()).join("")),
    );
    sent.once("error", reject).end();
  });
}
