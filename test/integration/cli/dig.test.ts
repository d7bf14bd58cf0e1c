import { createSocket } from "node:dgram";
import { once } from "node:events";
import { decode, encode } from "dns-packet";
import { expect, onTestFinished, test } from "vitest";
import type { Lab } from "../../../src/lab/model.ts";
import { parseMesosDnsConfig } from "../../../src/rehearsal/mesos-dns/config.ts";
import { startMesosDns } from "../../../src/rehearsal/mesos-dns/start.ts";
import { closedPort, serveHttp } from "../../helpers/local-servers.ts";
import { agentId, frameworkEntry, masterState } from "../../helpers/recorded.ts";
import { writtenLab } from "../../helpers/written-lab.ts";

const task = {
  id: "tomcat.6f3c",
  name: "tomcat",
  slave_id: agentId,
  state: "TASK_RUNNING",
  resources: { ports: "[31071-31071]" },
  statuses: [],
};

/** A Mesos-DNS that knows one task, and a folder with a lab that has it. */
async function labWithDns() {
  const master = await serveHttp((_, response) =>
    response.end(
      JSON.stringify(
        masterState({
          leader: `master@${master.host}:${master.port}`,
          frameworks: [frameworkEntry({ tasks: [task] })],
        }),
      ),
    ),
  );
  const config = {
    ...{ masters: [`${master.host}:${master.port}`], listener: "127.0.0.1", httplistener: "127.0.0.1" },
    ...{ port: 0, httpport: 0, ttl: 10, externalon: false, IPSources: ["host"] },
  };
  const dns = await startMesosDns({ config: parseMesosDnsConfig(JSON.stringify(config)), log: () => {} });
  onTestFinished(() => dns.close());
  await dns.refresh();
  return desk({ dns: dns.dnsPort ?? 0 });
}

function desk(ports: Partial<Lab["ports"]>, discovery: "mesos-dns" | "bamboo" = "mesos-dns") {
  const run = writtenLab(ports, [discovery]);
  return (...args: string[]) => run("dig", ...args);
}

test("addresses, services, JSON, and names that are not there", async () => {
  const dig = await labWithDns();
  const [address, service, json, unknown, noRecord, foreign] = await Promise.all([
    dig("tomcat.marathon.mesos"),
    dig("_tomcat._tcp.marathon.mesos"),
    dig("leader.mesos", "a", "--json"),
    dig("nobody.mesos"),
    dig("leader.mesos", "SRV"),
    dig("example.org"),
  ]);
  expect(address).toEqual({ code: 0, stdout: "tomcat.marathon.mesos. 10 IN A 192.168.33.19\n", stderr: "" });
  expect(service?.stdout).toMatch(
    /^_tomcat\._tcp\.marathon\.mesos\. 10 IN SRV 0 0 31071 (tomcat-\w{5}-s0\.marathon\.slave\.mesos)\.\n\1\. 10 IN A 192\.168\.33\.19\n$/,
  );
  expect(JSON.parse(json?.stdout ?? "")).toMatchObject({
    event: "result",
    rcode: "NOERROR",
    records: [{ type: "A", ttl: 10, address: "127.0.0.1" }],
  });
  expect(unknown).toMatchObject({
    code: 5,
    stdout: "",
    stderr: expect.stringContaining("nobody.mesos does not exist"),
  });
  expect(noRecord).toMatchObject({
    code: 5,
    stderr: expect.stringContaining("leader.mesos has no SRV record"),
  });
  expect(foreign).toMatchObject({
    code: 5,
    stderr: expect.stringContaining("example.org is none of the lab's"),
  });
});

test("a lab without Mesos-DNS, one that is away, and a type that is none", async () => {
  const [without, away, wrong] = await Promise.all([
    desk({}, "bamboo")("leader.mesos"),
    desk({ dns: await closedPort() })("leader.mesos"),
    desk({})("leader.mesos", "MX"),
  ]);
  expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining("this lab has no Mesos-DNS") });
  expect(away).toMatchObject({ code: 5, stderr: expect.stringContaining("connection refused") });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('no record type "MX"') });
});

test("what a server puts into a name does not reach the terminal", async () => {
  const server = createSocket("udp4");
  server.on("message", (message, { port, address }) => {
    const { id, questions } = decode(message);
    const data = { port: 1, target: "a\u0000\u0007\u001b]0;x\u009b2J\u202eb.mesos" };
    const answers = [{ type: "SRV", name: "_a._tcp.marathon.mesos", ttl: 10, data }] as const;
    server.send(
      encode({ type: "response", ...(id && { id }), ...(questions && { questions }), answers: [...answers] }),
      port,
      address,
    );
  });
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const dig = desk({ dns: server.address().port });
  const line = "_a._tcp.marathon.mesos. 10 IN SRV 0 0 1";
  const [shown, json] = await Promise.all([
    dig("_a._tcp.marathon.mesos"),
    dig("_a._tcp.marathon.mesos", "--json"),
  ]);
  expect(shown).toMatchObject({ code: 0, stdout: `${line} a;xb.mesos.\n` });
  expect(json.stdout).toContain("\\u009b2J\\u202eb.mesos");
});
