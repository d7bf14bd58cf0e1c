import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { claimsFor } from "../../../src/claims/claims-for.ts";
import { waysIn } from "../../../src/demo/ways-in.ts";
import { startClock } from "../../../src/drills/clock.ts";
import { startSampler } from "../../../src/drills/sample/sampler.ts";
import { defaultPorts } from "../../../src/lab/catalogue/index.ts";
import { demoLabels } from "../../../src/lab/catalogue/marathon-lb.ts";
import { mesosDnsConfig } from "../../../src/lab/catalogue/mesos-dns.ts";
import { tomcatApp } from "../../../src/lab/demo.ts";
import type { Lab } from "../../../src/lab/model.ts";
import { parseLab } from "../../../src/lab/parse.ts";
import type { AddressOf } from "../../../src/probes/context.ts";
import { openHttp } from "../../../src/probes/http.ts";
import { ProbeError } from "../../../src/probes/probe-error.ts";
import { HaproxyProcess } from "../../../src/rehearsal/haproxy/process.ts";
import { masterInStore } from "../../../src/rehearsal/marathon/start.ts";
import { readMarathonLbOptions } from "../../../src/rehearsal/marathon-lb/options.ts";
import { startMarathonLb } from "../../../src/rehearsal/marathon-lb/start.ts";
import { parseMesosDnsConfig } from "../../../src/rehearsal/mesos-dns/config.ts";
import { type RunningMesosDns, startMesosDns } from "../../../src/rehearsal/mesos-dns/start.ts";
import { type Cluster, type RunningTask, startCluster } from "../../helpers/cluster.ts";
import { eventually, patienceMs, until } from "../../helpers/eventually.ts";
import { freePort } from "../../helpers/fake-mesos-master.ts";

const hasHaproxy = spawnSync("haproxy", ["-v"]).status === 0;
const cleanups: (() => Promise<unknown>)[] = [];
let cluster: Cluster;
let dns: RunningMesosDns;
let lab: Lab;
let addressOf: AddressOf;
let task: RunningTask;
let servicePort: number;

/** The cluster as a lab of two machines at one address, with Mesos-DNS and marathon-lb as the catalogue has them. */
beforeAll(async () => {
  cluster = await startCluster();
  const portOf = ({ url }: { url: string }) => Number(new URL(url).port);
  const [dnsPort, admin, vhosts] = [await freePort(), await freePort(), await freePort()];
  const described = parseLab(undefined, { stack: "rehearsal", discovery: ["mesos-dns", "marathon-lb"] });
  lab = {
    ...described,
    machines: described.machines.map((machine) => ({ ...machine, ip: cluster.ip })),
    ports: {
      ...described.ports,
      mesosMaster: portOf(cluster.master),
      mesosSlave: portOf(cluster.agent),
      marathon: portOf(cluster.marathon),
      dns: dnsPort,
      mesosDns: await freePort(),
      marathonLb: vhosts,
    },
  };
  addressOf = ({ ip }, port) => ({ host: ip, port: port === defaultPorts.marathonLbAdmin ? admin : port });
  const [machine] = lab.machines;
  if (machine === undefined) throw new Error("no machine");
  const store = cluster.tree();
  dns = await startMesosDns({
    config: parseMesosDnsConfig(
      JSON.stringify({
        ...mesosDnsConfig(lab, machine),
        refreshSeconds: 0.1,
        ttl: 3600,
        httplistener: cluster.ip,
      }),
    ),
    followMaster: masterInStore(store, "/mesos"),
    log: () => {},
  });
  const folder = await mkdtemp(join(tmpdir(), "ways-"));
  cleanups.push(
    () => rm(folder, { recursive: true, force: true }),
    () => cluster.close(),
    () => store.close(),
    closeDns,
  );
  if (!hasHaproxy) return;
  const balancer = await startMarathonLb({
    options: readMarathonLbOptions(["sse", "-m", cluster.marathon.url, "--group", "external"], {
      PORTS: "1",
    }),
    binding: { address: cluster.ip, admin, apps: await freePort(), vhosts, heads: {} },
    haproxy: new HaproxyProcess({ outputPath: join(folder, "cfg"), runFolder: folder, log: () => {} }),
    log: () => {},
  });
  cleanups.push(() => balancer.close());
  const [first] = await cluster.deploy(tomcatApp(lab));
  if (first === undefined) throw new Error("no task");
  task = first;
  servicePort = (await cluster.call("GET", "/v2/apps/tomcat")).json.app.ports[0];
});
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

let closing: Promise<void> | undefined;
function closeDns(): Promise<void> {
  closing ??= dns.close();
  return closing;
}

/** One look at each claim about the two methods. */
async function look(): Promise<string[]> {
  const http = openHttp();
  const signal = new AbortController().signal;
  const context = { http, signal, timeoutMs: patienceMs, addressOf, statePaths: new Map<string, string>() };
  const claims = claimsFor(lab).filter(({ service }) => service === "mesos-dns" || service === "marathon-lb");
  const told = await Promise.all(
    claims.map(async ({ id, check }) => {
      const { holds, seen } = await check(context).catch((error: unknown) => {
        if (!(error instanceof ProbeError)) throw error;
        return { holds: false, seen: error.message };
      });
      return `${holds ? "holds" : "fails"} ${id}: ${seen}`;
    }),
  );
  await http.close();
  return told;
}

const failing = async () => (await look()).filter((line) => line.startsWith("fails"));

describe.skipIf(!hasHaproxy)("with a real HAProxy", () => {
  test("every claim about Mesos-DNS and marathon-lb holds, with what was seen", async () => {
    const address = `${cluster.ip}:${task.ports[0]}`;
    await eventually(async () => expect(await failing()).toEqual([]));
    expect(await look()).toEqual([
      `holds mesos-dns-answers@master: Mesos-DNS 0.5.2-mesos-lab-rehearsal, leader.mesos ${cluster.ip}`,
      `holds mesos-dns-leader@master: leader.mesos A ${cluster.ip}`,
      `holds mesos-dns-tasks@master: tomcat.marathon.mesos A ${cluster.ip}; _tomcat._tcp.marathon.mesos SRV ${address}`,
      `holds mesos-dns-serves@master: /tomcat at ${address}: 200`,
      "holds marathon-lb-healthy@master: 200",
      `holds marathon-lb-routes@master: /tomcat ${servicePort} → ${address}`,
      `holds marathon-lb-serves@master: /tomcat at ${servicePort}: 200`,
    ]);
  });

  test("an app with many tasks, whose answer leaves out the addresses", async () => {
    await cluster.deploy({ ...tomcatApp(lab), id: "many", instances: 12, cpus: 0.1 } as never);
    await eventually(async () => expect(await failing()).toEqual([]));
    expect((await look())[2]?.match(/:31\d{3}/g)).toHaveLength(13);
    await cluster.call("DELETE", "/v2/apps/many");
    await cluster.tasks("/many", 0);
  });

  test("each way in leads to the task, and after a kill to the next one", async () => {
    const clock = startClock();
    const ending = new AbortController();
    const ways = waysIn(
      lab,
      { id: "/tomcat", servicePort, labels: demoLabels },
      { addressOf, signal: ending.signal, now: clock.now },
    );
    expect(ways.map(({ name, url, host = "" }) => `${name} ${url} ${host}`)).toEqual([
      "mesos-dns http://tomcat.marathon.mesos/ ",
      "mesos-dns (TTL kept) http://tomcat.marathon.mesos/ ",
      `marathon-lb http://${cluster.ip}:${servicePort}/ `,
      `marathon-lb (virtual host) http://${cluster.ip}:${lab.ports.marathonLb}/ tomcat.lab`,
    ]);
    const lanes = ways.map((way) => ({ way, seen: new Set<string>() }));
    const samplers = lanes.map(({ way, seen }) =>
      startSampler({
        url: way.url,
        host: way.host,
        resolve: way.resolve,
        // Few enough for a busy host to answer all of them.
        ratePerSecond: 5,
        requestTimeoutMs: patienceMs,
        clock,
        signal: ending.signal,
        isGood: (body, status) => {
          if (status === 200) seen.add(body);
          return status === 200;
        },
      }),
    );
    for (const { way, seen } of lanes) await eventually(() => expect([...seen], way.name).toEqual([task.id]));
    let next = await cluster.replace(task, "/tomcat");
    // Ports are given at random: once in a thousand times it is the old one again.
    if (next.ports[0] === task.ports[0]) next = await cluster.replace(next, "/tomcat");
    for (const { way, seen } of lanes.filter(({ way }) => !way.name.includes("TTL")))
      await eventually(() => expect(seen.has(next.id), way.name).toBe(true));
    // The answer may be kept for an hour: this client still asks the task that is gone.
    await until("a refused connection", () =>
      samplers[1]?.samples.some(({ outcome }) => outcome === "refused"),
    );
    expect(lanes[1]?.seen.has(next.id)).toBe(false);
    for (const sampler of samplers) await sampler.stop();
    task = next;
  });

  test("a Mesos-DNS that is gone fails its own claims and no others", async () => {
    await closeDns();
    expect(await failing()).toEqual([
      expect.stringMatching(/^fails mesos-dns-answers@master: http:.*connection refused$/),
      expect.stringMatching(/^fails mesos-dns-leader@master: [\d.]+:\d+: connection refused$/),
      expect.stringMatching(/^fails mesos-dns-tasks@master: [\d.]+:\d+: connection refused$/),
      expect.stringMatching(/^fails mesos-dns-serves@master: [\d.]+:\d+: connection refused$/),
    ]);
  });
});
