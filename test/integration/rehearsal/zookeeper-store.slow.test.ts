import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Store } from "../../../src/rehearsal/store/store.ts";
import { openZooKeeperStore } from "../../../src/rehearsal/store/zookeeper-store.ts";
import { until } from "../../helpers/eventually.ts";
import { Scheduler } from "../../helpers/scheduler.ts";
import { freePort, noZooKeeper, ZooKeeperServer } from "../../helpers/zookeeper-server.ts";

describe.skipIf(noZooKeeper !== undefined)(
  `with a real ZooKeeper${noZooKeeper ? ` (${noZooKeeper})` : ""}`,
  () => {
    let server: ZooKeeperServer;
    const opened: Store[] = [];
    beforeAll(async () => {
      server = await ZooKeeperServer.start();
    });
    afterAll(async () => {
      for (const store of opened) await store.close();
      await server?.close();
    });
    const open = async () => {
      // Longer than a busy host keeps this process, or a server that starts, from its turn.
      const store = await openZooKeeperStore(server.address, { sessionTimeoutMs: 300_000, log: () => {} });
      opened.push(store);
      return store;
    };

    test("nodes are set, read, listed and removed", async () => {
      const store = await open();
      expect(await store.get("/a/b")).toBeUndefined();
      expect(await store.children("/a")).toEqual([]);
      await store.set("/a/b", "1");
      await store.set("/a/b", "zwei ✓");
      await store.set("/a/a", "");
      expect(await store.get("/a/b")).toBe("zwei ✓");
      expect(await store.get("/a/a")).toBe("");
      expect(await store.children("/a")).toEqual(["a", "b"]);
      expect(await store.remove("/a/b")).toBe(true);
      expect(await store.remove("/a/b")).toBe(false);
    });

    test("ephemeral nodes are numbered, watched, and go with their session", async () => {
      const [store, other] = [await open(), await open()];
      const seen: string[][] = [];
      const stop = store.watchChildren("/not/yet/there", (names) => seen.push(names));
      await until("the first call", () => seen.length === 1);
      const path = await other.createEphemeral("/not/yet/there/n_", "x");
      expect(path).toMatch(/^\/not\/yet\/there\/n_\d{10}$/);
      await until("it is seen", () => seen.at(-1)?.length === 1);
      await other.close();
      await until("it is gone", () => seen.at(-1)?.length === 0);
      stop();
      await store.createEphemeral("/not/yet/there/n_", "y");
      expect(seen.at(-1)).toEqual([]);
    });

    test("a server that restarts within the session loses nothing", async () => {
      const store = await open();
      let lost = 0;
      store.onSessionLost(() => {
        lost += 1;
      });
      await store.createEphemeral("/restart/n_", "x");
      const seen: string[][] = [];
      store.watchChildren("/restart", (names) => seen.push(names));
      await server.stop();
      const answer = store.children("/restart");
      await server.resume();
      expect(await answer).toHaveLength(1);
      await store.set("/restart/another", "");
      await until("the watch still works", () => seen.at(-1)?.length === 2);
      expect(lost).toBe(0);
    });

    test("a server that stays away ends the session, once, and what waits for it", async () => {
      const store = await openZooKeeperStore(server.address, { sessionTimeoutMs: 2_000, log: () => {} });
      opened.push(store);
      let lost = 0;
      store.onSessionLost(() => {
        lost += 1;
      });
      await server.stop();
      await expect(store.get("/a")).rejects.toThrow(/session was lost/);
      expect(lost).toBe(1);
      const waiting = new AbortController();
      const lines: string[] = [];
      const attempt = openZooKeeperStore(server.address, {
        sessionTimeoutMs: 500,
        log: (line) => lines.push(line),
        signal: waiting.signal,
      });
      await until("it says that it waits", () => lines.length > 0);
      await server.resume();
      opened.push(await attempt);
    });

    test("master and agent, started as programs, find each other and run a task", async () => {
      const workDir = await mkdtemp(join(tmpdir(), "mesos-"));
      const [masterPort, agentPort] = [await freePort(), await freePort()];
      const zk = `zk://${server.address}/mesos`;
      const children = [
        start("mesos-master", ["--registry=in_memory"], {
          MESOS_IP: "127.0.0.1",
          MESOS_PORT: `${masterPort}`,
          MESOS_ZK: zk,
          MESOS_QUORUM: "1",
        }),
        start("mesos-agent", ["--port", `${agentPort}`, "--work_dir", workDir], {
          MESOS_IP: "127.0.0.1",
          MESOS_HOSTNAME: "127.0.0.1",
          MESOS_MASTER: zk,
        }),
      ];
      const framework = new Scheduler();
      try {
        const url = `http://127.0.0.1:${masterPort}`;
        const registered = async () => {
          const state = (await (await fetch(`${url}/state.json`)).json()) as { activated_slaves: number };
          return state.activated_slaves === 1;
        };
        await until("the agent is registered", () => registered().catch(() => false));
        const store = await open();
        const [name = ""] = await store.children("/mesos");
        expect(name).toMatch(/^json\.info_\d{10}$/);
        expect(JSON.parse((await store.get(`/mesos/${name}`)) ?? "")).toMatchObject({
          address: { ip: "127.0.0.1", port: masterPort },
          ip: 16_777_343,
          pid: `master@127.0.0.1:${masterPort}`,
        });
        await framework.subscribe(url);
        await framework.launch("t", { command: { shell: true, value: "sleep 300" } });
        await framework.status("t", "TASK_RUNNING");
        await framework.call({ type: "KILL", kill: { task_id: { value: "t" } } });
        await framework.status("t", "TASK_KILLED");
      } finally {
        framework.close();
        const exits = await Promise.all(children.map((child) => child.stop()));
        await rm(workDir, { recursive: true, force: true });
        expect(exits).toEqual([0, 0]);
      }
    });
  },
);

test("an answer that comes after the attempt was given up does no harm", async () => {
  // What a server answers to a connect request: length, protocol, timeout, session id, password.
  const answer = Buffer.alloc(40);
  answer.writeInt32BE(36, 0);
  answer.writeInt32BE(5_000, 8);
  answer.writeInt32BE(7, 16);
  answer.writeInt32BE(16, 20);
  const sockets: Socket[] = [];
  let late: Promise<unknown> | undefined;
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.once("data", () => {
      if (sockets.length === 1) return;
      late ??= new Promise((resolve) => sockets[0]?.write(answer, resolve));
      void late.then(() => socket.write(answer));
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const lines: string[] = [];
  const store = await openZooKeeperStore(`127.0.0.1:${port}`, {
    sessionTimeoutMs: 300,
    log: (line) => lines.push(line),
  });
  // Time for harm, if it did any.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(late).toBeDefined();
  // On a busy host a later attempt may be given up as well.
  expect(lines.length).toBe(sockets.length - 1);
  await store.close();
  server.close();
});

test("a wrong flag and a missing quorum end the program at once with a message", async () => {
  expect(await start("mesos-master", ["--nonsense"], { MESOS_WORK_DIR: "/tmp/x" }).ended()).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("unknown flag 'nonsense'"),
  });
  expect(
    await start("mesos-master", [], { MESOS_WORK_DIR: "/tmp/x", MESOS_ZK: "zk://h:1/m" }).ended(),
  ).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Need to specify --quorum"),
  });
});

function start(name: string, flags: readonly string[], env: Readonly<Record<string, string>>) {
  const program = join(dirname(inject("cli")), "rehearsal/main.js");
  const child = spawn(process.execPath, [program, name, ...flags], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return {
    stop: () => {
      child.kill("SIGTERM");
      return exit;
    },
    ended: async () => ({ code: await exit, stderr }),
  };
}
