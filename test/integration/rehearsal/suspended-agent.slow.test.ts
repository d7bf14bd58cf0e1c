import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { exitCodes } from "../../../src/errors.ts";
import { startMesosMaster } from "../../../src/rehearsal/mesos-master/master.ts";
import type { Running } from "../../../src/rehearsal/running.ts";
import { until } from "../../helpers/eventually.ts";
import { freePort } from "../../helpers/zookeeper-server.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** An agent as a process of its own: only a process can be stopped and go on. */
async function startAgent(master: Running, workDir: string): Promise<ChildProcess & { said: () => string }> {
  const flags = [
    `--master=${new URL(master.url).host}`,
    "--ip=127.0.0.1",
    "--hostname=127.0.0.1",
    `--port=${await freePort()}`,
    `--work_dir=${workDir}`,
    "--resources=cpus:1;mem:128;disk:128",
    "--registration_backoff_factor=10ms",
  ];
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "src/rehearsal/main.ts", "mesos-agent", ...flags],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, TSX_DISABLE_CACHE: "1" } },
  );
  cleanups.push(() => child.kill("SIGKILL"));
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  return Object.assign(child, { said: () => said });
}

test("an agent that was suspended so long that it was removed ends cleanly, and comes back as a new one", {}, async () => {
  const master = await startMesosMaster({
    ip: "127.0.0.1",
    port: await freePort(),
    hostname: "localhost",
    slavePingTimeoutMs: 1_000,
    maxSlavePingTimeouts: 3,
    onFatal: (error) => {
      throw error;
    },
  });
  cleanups.push(() => master.close());
  const workDir = await mkdtemp(join(tmpdir(), "agent-"));
  cleanups.push(() => rm(workDir, { recursive: true, force: true }));
  const ids = async (): Promise<string[]> => {
    const state = (await (await fetch(`${master.url}/state.json`)).json()) as { slaves: { id: string }[] };
    return state.slaves.map(({ id }) => id);
  };

  const first = await startAgent(master, workDir);
  const [before] = await until("it is registered", async () => {
    const found = await ids();
    return found.length === 1 && found;
  });
  first.kill("SIGSTOP");
  await until("it is removed", async () => (await ids()).length === 0);
  const ended = once(first, "exit");
  first.kill("SIGCONT");
  const [code] = await ended;
  expect(first.said()).toContain("The master asked this slave to shut down");
  expect([code, first.said().includes("    at ")]).toEqual([exitCodes.tool, false]);

  await startAgent(master, workDir);
  const [after] = await until("the next one is registered", async () => {
    const found = await ids();
    return found.length === 1 && found;
  });
  expect(after).not.toBe(before);
});
