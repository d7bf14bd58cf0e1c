import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { waitFor } from "../../../src/probes/wait.ts";
import { askZookeeper, fourLetterWord } from "../../../src/probes/zookeeper.ts";
import { patienceMs } from "../../helpers/eventually.ts";
import { closedPort, serveTcp } from "../../helpers/local-servers.ts";
import { srvrText } from "../../helpers/recorded.ts";

const { signal } = new AbortController();
const options = { signal, timeoutMs: patienceMs };

test("an answer in pieces is read to its end", async () => {
  const server = await serveTcp((socket) =>
    socket.once("data", (word) => {
      expect(word.toString()).toBe("srvr");
      const text = srvrText("standalone");
      socket.write(text.slice(0, 30));
      setImmediate(() => socket.end(text.slice(30)));
    }),
  );
  expect(await askZookeeper(server, options)).toEqual({
    version: "3.4.6",
    mode: "standalone",
    nodeCount: 21,
  });
});

test.each<[string, Parameters<typeof serveTcp>[0], string]>([
  ["hangs", () => undefined, "timed out after 0.3 s"],
  [
    "has no quorum",
    (socket) => socket.end("This ZooKeeper instance is not currently serving requests\n"),
    "not currently serving requests",
  ],
  ["cuts the connection", (socket) => socket.resetAndDestroy(), "connection cut"],
  ["says nothing", (socket) => socket.once("data", () => socket.end()), "an empty answer"],
  [
    "never stops",
    (socket) => void setImmediate(() => socket.write(Buffer.alloc(8 << 20))),
    "answer too large",
  ],
])("a server that %s", async (what, onSocket, seen) => {
  const server = await serveTcp(onSocket);
  const asked = askZookeeper(server, what === "hangs" ? { signal, timeoutMs: 300 } : options);
  await expect(asked).rejects.toThrow(`127.0.0.1:${server.port}: ${seen}`);
});

test("nothing listens", async () => {
  const address = { host: "127.0.0.1", port: await closedPort() };
  await expect(askZookeeper(address, options)).rejects.toThrow("connection refused");
});

const jars = "/usr/share/java";
test.skipIf(!existsSync(join(jars, "zookeeper.jar")))("a real ZooKeeper", async () => {
  const data = mkdtempSync(join(tmpdir(), "zookeeper-"));
  const address = { host: "127.0.0.1", port: await closedPort() };
  const main = "org.apache.zookeeper.server.ZooKeeperServerMain";
  const flags = ["-Dzookeeper.admin.enableServer=false", "-Xmx64m", "-cp", `${jars}/*`];
  const server = spawn("java", [...flags, main, String(address.port), data], { stdio: "ignore" });
  onTestFinished(async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await ended;
    rmSync(data, { recursive: true });
  });
  const waited = await waitFor(
    async (signal) => ({ ok: true, value: await askZookeeper(address, { signal, timeoutMs: 5_000 }) }),
    { timeoutMs: patienceMs },
  );
  expect(waited).toMatchObject({ ok: true, value: { mode: "standalone" } });
  // Its default list of allowed words has only `srvr`.
  expect(await fourLetterWord(address, "ruok", options)).toContain("whitelist");
});
