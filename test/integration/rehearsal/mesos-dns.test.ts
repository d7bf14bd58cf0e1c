import { execFile, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { decode, encode } from "dns-packet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { masterInStore } from "../../../src/rehearsal/marathon/start.ts";
import { parseMesosDnsConfig } from "../../../src/rehearsal/mesos-dns/config.ts";
import { type RunningMesosDns, startMesosDns } from "../../../src/rehearsal/mesos-dns/start.ts";
import { type Cluster, startCluster } from "../../helpers/cluster.ts";
import { eventually } from "../../helpers/eventually.ts";
import { request, tutorialApp } from "../../helpers/rehearsal-lab.ts";

const hasDig = spawnSync("dig", ["-v"]).status === 0;
let cluster: Cluster;
let dns: RunningMesosDns;
const cleanups: (() => Promise<unknown>)[] = [];

async function start(config: object): Promise<RunningMesosDns> {
  const store = cluster.tree();
  const running = await startMesosDns({
    config: parseMesosDnsConfig(
      JSON.stringify({
        zk: "zk://unused/mesos",
        listener: cluster.ip,
        httplistener: cluster.ip,
        port: 0,
        httpport: 0,
        refreshSeconds: 0.1,
        ttl: 10,
        externalon: false,
        IPSources: ["host", "netinfo"],
        ...config,
      }),
    ),
    followMaster: masterInStore(store, "/mesos"),
    log: () => {},
  });
  cleanups.push(
    () => running.close(),
    () => store.close(),
  );
  return running;
}

beforeAll(async () => {
  cluster = await startCluster();
  dns = await start({});
  await cluster.deploy({ ...tutorialApp, instances: 2 });
  await eventually(async () =>
    expect(await resolver().resolveSrv("_tomcat._tcp.marathon.mesos")).toHaveLength(2),
  );
});
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  await cluster.close();
});

function resolver(): Resolver {
  const own = new Resolver({ timeout: 2_000, tries: 1 });
  own.setServers([`${cluster.ip}:${dns.dnsPort}`]);
  return own;
}

describe("names, as Node's resolver sees them", () => {
  test("the leader, the agents, the app's tasks and their ports", async () => {
    const own = resolver();
    for (const name of ["leader", "master", "master0", "slave", "tomcat.marathon", "marathon", "ns1"])
      expect(await own.resolve4(`${name}.mesos`), name).toEqual([cluster.ip]);
    expect(await own.resolve4("ToMCat.Marathon.MESOS", { ttl: true })).toEqual([
      { address: cluster.ip, ttl: 10 },
    ]);
    const tasks = await cluster.tasks("/tomcat", 2);
    const services = await own.resolveSrv("_tomcat._tcp.marathon.mesos");
    expect(services.map(({ port }) => port).sort()).toEqual(tasks.flatMap(({ ports }) => ports).sort());
    for (const { name } of services) expect(await own.resolve4(name)).toEqual([cluster.ip]);
    expect(await own.resolveSoa("mesos")).toMatchObject({ nsname: "ns1.mesos", minttl: 10 });
    expect(await own.resolveNs("mesos")).toEqual(["ns1.mesos"]);
  });

  test.each([
    ["an unknown name", "nobody.marathon.mesos", "A", "ENOTFOUND"],
    ["an unknown service", "_nobody._tcp.marathon.mesos", "SRV", "ENOTFOUND"],
    ["the newer addresses of a known name", "leader.mesos", "AAAA", "ENODATA"],
    ["a name that only has names below it", "_tcp.marathon.mesos", "A", "ENODATA"],
    ["a name of the world outside", "example.org", "A", "EREFUSED"],
    ["a name that only ends alike", "notmesos", "A", "EREFUSED"],
  ])("%s", async (_, name, type, code) => {
    await expect(resolver().resolve(name, type)).rejects.toMatchObject({ code });
  });

  test("a killed task's port gives way to the new one's", async () => {
    const app = { ...tutorialApp, id: "moving" };
    const [task] = await cluster.deploy(app);
    const ports = async () =>
      (await resolver().resolveSrv("_moving._tcp.marathon.mesos")).map(({ port }) => port);
    await eventually(async () => expect(await ports()).toEqual(task?.ports));
    if (task === undefined) throw new Error("no task");
    const next = await cluster.replace(task, "/moving");
    await eventually(async () => expect(await ports()).toEqual(next.ports));
    expect(next.ports).not.toEqual(task.ports);
  });
});

describe.skipIf(!hasDig)("names, as dig sees them", () => {
  const dig = async (...args: string[]) => {
    const words = [`@${cluster.ip}`, "-p", String(dns.dnsPort), "+tries=1", "+timeout=2", ...args];
    return (await promisify(execFile)("dig", words)).stdout;
  };

  test.each<[string, string[], string | RegExp]>([
    ["A", ["+short", "tomcat.marathon.mesos"], /^127[\d.]+\n$/],
    [
      "SRV",
      ["+short", "_tomcat._tcp.marathon.mesos", "SRV"],
      /^(0 0 31\d{3} tomcat-\w{5}-s0\.marathon\.slave\.mesos\.\n){2}$/,
    ],
    ["an unknown name", ["nobody.mesos"], /status: NXDOMAIN[\s\S]*AUTHORITY: 1[\s\S]*SOA\tns1\.mesos\. root/],
    ["no newer address", ["leader.mesos", "AAAA"], /status: NOERROR[\s\S]*ANSWER: 0, AUTHORITY: 1/],
    ["over TCP", ["+tcp", "+short", "leader.mesos"], /^127/],
    ["without EDNS", ["+noedns", "+short", "leader.mesos"], /^127/],
    ["outside", ["example.org"], /status: REFUSED/],
    ["another class", ["leader.mesos", "CH", "TXT"], /status: REFUSED/],
    ["another kind of query", ["+opcode=NOTIFY", "leader.mesos"], /status: NOTIMP/],
    ["a type that is no record here", ["leader.mesos", "TYPE65280"], /status: NOERROR[\s\S]*ANSWER: 0/],
  ])("%s", async (_, words, expected) => {
    const said = await dig(...words);
    expect(said).toMatch(expected);
    expect(said).not.toMatch(/malformed|mismatch|garbage|extra bytes/i);
  });

  test("an answer that is too long for a datagram comes over TCP, whole", async () => {
    await cluster.deploy({ ...tutorialApp, id: "many", instances: 8 });
    await eventually(async () => {
      const cut = await dig("+noedns", "+ignore", "_many._tcp.marathon.mesos", "SRV");
      expect(cut).toMatch(/flags: qr aa tc /);
    });
    const name = "_many._tcp.marathon.mesos";
    await eventually(async () =>
      expect((await dig("+noedns", "+short", name, "SRV")).trim().split("\n")).toHaveLength(8),
    );
    expect(await dig("+noedns", name, "SRV")).toContain("(TCP)");
    expect(await dig("+bufsize=4096", name, "SRV")).toMatch(/\(UDP\)/);
  });
});

const canBind =
  process.getuid?.() === 0 &&
  spawnSync("unshare", ["--mount", "true"]).status === 0 &&
  existsSync("/etc/resolv.conf");
// The C library asks at port 53 of what /etc/resolv.conf says: as root, in a mount namespace with another one.
test.skipIf(!canBind)("getent finds an app through the C library", async () => {
  await start({ port: 53 });
  const folder = await mkdtemp(join(tmpdir(), "resolv-"));
  cleanups.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "resolv.conf"), `nameserver ${cluster.ip}\noptions timeout:2 attempts:1\n`);
  const script = 'mount --bind "$1" /etc/resolv.conf && getent ahostsv4 "$2"';
  const getent = (name: string) =>
    promisify(execFile)("unshare", ["--mount", "sh", "-c", script, "sh", join(folder, "resolv.conf"), name]);
  await eventually(async () => expect((await getent("tomcat.marathon.mesos")).stdout).toContain(cluster.ip));
  await expect(getent("nobody.marathon.mesos")).rejects.toMatchObject({ code: 2 });
});

describe("what is no proper query", () => {
  const udp = (message: Buffer): Promise<Buffer | undefined> =>
    new Promise((resolve) => {
      const socket = createSocket("udp4");
      const end = (reply?: Buffer) => {
        clearTimeout(timer);
        socket.close();
        resolve(reply);
      };
      const timer = setTimeout(end, 300);
      socket.on("message", end);
      socket.send(message, dns.dnsPort ?? 0, cluster.ip);
    });
  const query = encode({ type: "query", id: 7, questions: [{ type: "A", name: "leader.mesos" }] });

  test("replies and scraps are not replied to", async () => {
    const reply = Buffer.from(query);
    reply[2] = 0x80;
    expect(await Promise.all([udp(reply), udp(Buffer.from("x"))])).toEqual([undefined, undefined]);
  });

  test("a query cut short is told so, and the next one is served", async () => {
    const cut = await udp(Buffer.from(query.subarray(0, 20)));
    expect([cut?.readUInt16BE(0), (cut?.[3] ?? 0) & 15]).toEqual([7, 1]);
    expect(decode((await udp(query)) ?? Buffer.alloc(0)).answers).toHaveLength(1);
  });

  test("two queries at once over TCP, in pieces", async () => {
    const frame = Buffer.concat([Buffer.from([0, query.length]), query]);
    const both = Buffer.concat([frame, frame]);
    const received: Buffer[] = [];
    await new Promise<void>((resolve, reject) => {
      const socket = connect(dns.dnsPort ?? 0, cluster.ip, () => {
        socket.write(both.subarray(0, 5));
        setImmediate(() => socket.write(both.subarray(5)));
      });
      socket.on("error", reject);
      socket.on("data", (chunk: Buffer) => {
        received.push(chunk);
        const all = Buffer.concat(received);
        if (all.length < 2 * (2 + all.readUInt16BE(0))) return;
        socket.destroy();
        resolve();
      });
    });
    expect(decode(Buffer.concat(received).subarray(2)).answers).toHaveLength(1);
  });
});

test("names of the world outside are asked for where the configuration says", async () => {
  const asking = await start({ externalon: true, resolvers: [`${cluster.ip}:${dns.dnsPort}`] });
  const own = new Resolver({ timeout: 2_000, tries: 1 });
  own.setServers([`${cluster.ip}:${asking.dnsPort}`]);
  // The resolver that is asked is one that refuses: its answer is handed on.
  await expect(own.resolve4("example.org")).rejects.toMatchObject({ code: "EREFUSED" });
  const deaf = createSocket("udp4");
  await new Promise<void>((resolve) => deaf.bind(0, cluster.ip, resolve));
  cleanups.push(() => new Promise<void>((resolve) => deaf.close(() => resolve())));
  const waiting = await start({
    externalon: true,
    resolvers: [`${cluster.ip}:${deaf.address().port}`],
    timeout: 0.2,
  });
  own.setServers([`${cluster.ip}:${waiting.dnsPort}`]);
  await expect(own.resolve4("example.org")).rejects.toMatchObject({ code: "ESERVFAIL" });
});

test("the HTTP API tells the same", async () => {
  const get = async (path: string) => (await request("GET", `${dns.url}${path}`)).json;
  expect(await get("/v1/version")).toMatchObject({
    Service: "Mesos-DNS",
    Version: expect.stringContaining("rehearsal"),
  });
  expect(await get("/v1/config")).toMatchObject({ Domain: "mesos", TTL: 10, Listener: cluster.ip });
  expect(await get("/v1/hosts/leader.mesos")).toEqual([{ host: "leader.mesos.", ip: cluster.ip }]);
  expect(await get("/v1/hosts/nobody.mesos.")).toEqual([{ host: "", ip: "" }]);
  const services = await get("/v1/services/_tomcat._tcp.marathon.mesos.");
  expect(services).toHaveLength(2);
  expect(services[0]).toEqual({
    service: "_tomcat._tcp.marathon.mesos.",
    host: expect.stringMatching(/^tomcat-\w{5}-s0\.marathon\.slave\.mesos\.$/),
    ip: cluster.ip,
    port: expect.stringMatching(/^31\d{3}$/),
  });
  expect(await get("/v1/services/_nobody._tcp.marathon.mesos")).toEqual([
    { service: "", host: "", ip: "", port: "" },
  ]);
  const { frameworks } = await get("/v1/enumerate");
  expect(frameworks[0]).toMatchObject({ name: "marathon" });
  expect(frameworks[0].tasks[0].records[0]).toMatchObject({ name: "tomcat.marathon.mesos.", rtype: "A" });
});
