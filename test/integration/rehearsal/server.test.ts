import { execFile } from "node:child_process";
import { request } from "node:http";
import { connect } from "node:net";
import { Hono } from "hono";
import { afterEach, describe, expect, test } from "vitest";
import { listen } from "../../../src/rehearsal/http/server.ts";
import type { Running } from "../../../src/rehearsal/running.ts";

let server: Running | undefined;
afterEach(() => server?.close());

async function serve(options: object): Promise<string> {
  const app = new Hono();
  app.get("/", (context) => context.text("here"));
  server = await listen(app, { host: "127.0.0.1", port: 0, ...options });
  return server.url;
}

/** `fetch` sends no Host header of one's own. */
function get(url: string, headers: Record<string, string>) {
  return new Promise<{ status: number | undefined; keepAlive: unknown }>((resolve, reject) => {
    const sent = request(url, { headers }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, keepAlive: answer.headers["keep-alive"] });
    });
    sent.once("error", reject);
    sent.end();
  });
}

describe("a server of an embedded lab", () => {
  const callers = { hosts: ["127.0.33.18", "master", ".mesos", "localhost"] };

  test.each([
    ["127.0.33.18:5050", 200],
    ["localhost", 200],
    ["master:8080", 200],
    ["MASTER:8080", 200],
    ["leader.mesos:5050", 200],
    ["tomcat.marathon.mesos", 200],
    ["leader.mesos.:5050", 200],
    ["mesos", 403],
    ["example.com", 403],
    ["evilmesos", 403],
    ["master.example.com:8080", 403],
    ["127.0.33.18.example.com", 403],
  ])("takes the Host %s: %i", async (host, status) => {
    expect((await get(await serve({ callers }), { host })).status).toBe(status);
  });

  test.each(["GET", "HEAD"])("takes a %s of HTTP/1.0, which needs no Host", async (method) => {
    const { hostname, port } = new URL(await serve({ callers }));
    expect(await sayTo(hostname, port, `${method} / HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
    const foreign = `${method} / HTTP/1.0\r\nOrigin: http://example.com\r\n\r\n`;
    expect(await sayTo(hostname, port, foreign)).toMatch(/^HTTP\/1\.1 403 /);
    expect(await sayTo(hostname, port, `${method} / HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("takes no request from the page of another site", async () => {
    const url = await serve({ callers });
    const host = "master:8080";
    expect((await get(url, { host, origin: "http://master:8080" })).status).toBe(200);
    expect((await get(url, { host, origin: "http://example.com" })).status).toBe(403);
  });
});

/** Sends these bytes, and gives what comes back until the connection ends. */
async function sayTo(host: string, port: string, text: string): Promise<string> {
  const socket = connect({ host, port: Number(port) }).setEncoding("latin1");
  socket.write(text);
  let answer = "";
  for await (const part of socket) answer += part;
  return answer;
}

/** A program of another user, which prints the status and the answer. */
function asNobody(url: string): Promise<string> {
  return new Promise((resolve, reject) =>
    execFile(
      "curl",
      ["-sS", "--max-time", "30", "-H", "Host: master", "-w", "%{http_code}", url],
      { uid: 65_534, gid: 65_534 },
      (error, stdout) => (error ? reject(error) : resolve(stdout)),
    ),
  );
}

describe.skipIf(process.platform !== "linux")("a server that takes certain users only", () => {
  const own = process.getuid?.() ?? 0;
  const hosts = ["master"];

  test("serves its own, over many connections and one that rests", async () => {
    const url = await serve({ callers: { hosts, users: [own] } });
    for (let count = 0; count < 3; count += 1) expect((await get(url, { host: "master" })).status).toBe(200);
    expect((await get(url, { host: "elsewhere" })).status).toBe(403);
  });

  test("serves nobody who is not among them", async () => {
    const url = await serve({ callers: { hosts, users: [own + 1] } });
    expect((await get(url, { host: "master" })).status).toBe(403);
  });

  test.skipIf(own !== 0)(
    "refuses another user's program and says why (only root can start one)",
    async () => {
      const url = await serve({ callers: { hosts, users: [own] } });
      expect(await asNobody(url)).toMatch(
        /^mesos-lab: this lab is another user's: you are user 65534\. .*--shared\n403$/,
      );
      await server?.close();
      expect(await asNobody(await serve({ callers: { hosts } }))).toBe("here200");
    },
  );
});

test("connections rest as long as they do with libprocess, for ever, or as with Jetty", async () => {
  // Node tells how long it keeps a connection, and nothing where that is for ever.
  expect((await get(await serve({}), { connection: "keep-alive" })).keepAlive).toBeUndefined();
  await server?.close();
  expect((await get(await serve({ restMs: 30_000 }), { connection: "keep-alive" })).keepAlive).toBe(
    "timeout=30",
  );
});
