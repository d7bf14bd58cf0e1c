import { afterAll, expect, test } from "vitest";
import { openHttp } from "../../../src/probes/http.ts";
import { ProbeError } from "../../../src/probes/probe-error.ts";
import { waitFor } from "../../../src/probes/wait.ts";
import { patienceMs, until } from "../../helpers/eventually.ts";
import { blackHole, closedPort, serveHttp, serveTcp } from "../../helpers/local-servers.ts";

const http = openHttp();
afterAll(() => http.close());

test("an answer with its status, headers and text; requests close their connections", async () => {
  const ports = new Set<number | undefined>();
  const server = await serveHttp((request, response) => {
    ports.add(request.socket.remotePort);
    response.writeHead(404, { "X-Marathon-Leader": "http://host:8080", "Set-Cookie": ["a", "b"] });
    response.end(`${request.headers.connection} ${request.url}`);
  });
  for (let count = 0; count < 5; count += 1) {
    const answer = await http.get(`${server.url}/haproxy_stats;csv`);
    expect(answer).toMatchObject({ status: 404, text: "close /haproxy_stats;csv" });
    expect(answer.headers).toMatchObject({ "x-marathon-leader": "http://host:8080", "set-cookie": "a,b" });
  }
  expect(ports.size).toBe(5);
});

test("a password and headers are sent", async () => {
  const server = await serveHttp((request, response) =>
    response.end(`${request.headers.authorization} ${request.headers.accept}`),
  );
  const answer = await http.get(server.url, {
    basicAuth: { user: "admin", password: "admin" },
    headers: { accept: "text/plain" },
  });
  expect(answer.text).toBe("Basic YWRtaW46YWRtaW4= text/plain");
});

test("bodies are sent as JSON", async () => {
  const server = await serveHttp(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.end(`${request.method} ${request.headers["content-type"]} ${body}`);
  });
  expect((await http.send("POST", server.url, { id: "tomcat" })).text).toBe(
    'POST application/json {"id":"tomcat"}',
  );
  expect((await http.send("DELETE", server.url)).text).toBe("DELETE undefined ");
});

test("a redirect is an answer unless it is to be followed", async () => {
  const server = await serveHttp((request, response) => {
    if (request.url === "/there") response.end("arrived");
    else response.writeHead(307, { location: "/there" }).end();
  });
  expect(await http.get(server.url)).toMatchObject({ status: 307, headers: { location: "/there" } });
  expect(await http.get(server.url, { maxRedirects: 1 })).toMatchObject({ status: 200, text: "arrived" });
});

const megabyte = Buffer.alloc(1 << 20, "x");
test.each<[string, Parameters<typeof serveTcp>[0], string]>([
  ["hangs", () => undefined, "timed out after 0.3 s"],
  ["hangs after its headers", (socket) => socket.write("HTTP/1.1 200 OK\r\n\r\n{"), "timed out after 0.3 s"],
  ["cuts the connection", (socket) => socket.once("data", () => socket.destroy()), "connection cut"],
  [
    "resets the connection",
    (socket) => socket.once("data", () => socket.resetAndDestroy()),
    "connection cut",
  ],
  [
    "cuts the answer",
    (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")),
    "connection cut",
  ],
  [
    "sends garbage",
    (socket) => socket.once("data", () => socket.end("\u0000\u001b[2J not HTTP\r\n\r\n")),
    "the answer is not HTTP",
  ],
  [
    "sends endless headers",
    (socket) =>
      socket.once("data", () =>
        socket.write(`HTTP/1.1 200 OK\r\n${"x: yyyyyyyyyyyyyyyy\r\n".repeat(5_000)}`),
      ),
    "headers too large",
  ],
])("a server that %s", async (_, onSocket, seen) => {
  const server = await serveTcp(onSocket);
  const timeoutMs = seen.startsWith("timed out") ? 300 : patienceMs;
  const asked = http.get(server.url, { timeoutMs });
  await expect(asked).rejects.toThrow(seen);
  await expect(asked).rejects.toBeInstanceOf(ProbeError);
});

test.each([
  ["announced", { "content-length": String(100 << 20) }],
  ["chunked", {}],
])("100 MB, %s, are not read to the end", async (_, headers) => {
  let sent = 0;
  const server = await serveHttp((_request, response) => {
    response.writeHead(200, headers);
    const more = () => {
      while (sent < 100 && !response.destroyed) {
        sent += 1;
        if (!response.write(megabyte)) return;
      }
      if (sent >= 100) response.end();
    };
    response.on("drain", more);
    more();
  });
  await expect(http.get(server.url, { timeoutMs: patienceMs })).rejects.toThrow("answer too large");
  expect(sent).toBeLessThan(60);
});

test("nothing listens, no such name", async () => {
  await expect(http.get(`http://127.0.0.1:${await closedPort()}/`)).rejects.toThrow(/^connection refused$/);
  await expect(http.get("http://no-such-name.invalid/")).rejects.toThrow(/^name not found$/);
});

test("a machine that is gone: the bound and an abort hold while the connection opens", async () => {
  const url = `http://127.0.0.1:${await blackHole()}/`;
  // By order, not by the clock: the connection itself would be given up only much later.
  const outcome = await Promise.race([
    http.get(url, { timeoutMs: 300 }).catch((error: Error) => error.message),
    new Promise((resolve) => setTimeout(resolve, 5_000, "the bound did not hold")),
  ]);
  expect(outcome).toBe("timed out after 0.3 s");
  const controller = new AbortController();
  const asked = http.get(url, { signal: controller.signal, timeoutMs: 600_000 });
  setImmediate(() => controller.abort(new Error("ctrl-c")));
  await expect(asked).rejects.toThrow("ctrl-c");
});

test("an abort ends a hanging request with the caller's reason", async () => {
  const controller = new AbortController();
  const server = await serveTcp((socket) => socket.once("data", () => controller.abort(new Error("ctrl-c"))));
  await expect(http.get(server.url, { signal: controller.signal })).rejects.toThrow("ctrl-c");
});

test("closing cuts what is under way", async () => {
  const own = openHttp();
  const server = await serveTcp((socket) => socket.once("data", () => void own.close()));
  await expect(own.get(server.url)).rejects.toBeInstanceOf(ProbeError);
});

test("hundreds of requests leave no connection behind", async () => {
  let open = 0;
  const server = await serveTcp((socket) => {
    open += 1;
    socket.once("close", () => {
      open -= 1;
    });
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhi"));
  });
  for (let round = 0; round < 10; round += 1)
    await Promise.all(Array.from({ length: 30 }, () => http.get(server.url, { timeoutMs: patienceMs })));
  await until("all are closed", () => open === 0);
});

test("a service that comes up by and by", async () => {
  let asked = 0;
  const server = await serveHttp((_, response) => {
    asked += 1;
    if (asked === 1) response.writeHead(503).end("Could not determine the current leader");
    else response.end(asked === 2 ? "no leader" : "leader");
  });
  const seen: string[] = [];
  const waited = await waitFor<string>(
    async (signal) => {
      const { text } = await http.get(server.url, { signal });
      seen.push(text);
      return text === "leader" ? { ok: true, value: text } : { ok: false, seen: text };
    },
    { timeoutMs: patienceMs, intervalMs: 5 },
  );
  expect(waited).toMatchObject({ ok: true, value: "leader" });
  expect(seen).toEqual(["Could not determine the current leader", "no leader", "leader"]);
});
