import { setTimeout as sleep } from "node:timers/promises";
import { startCluster } from "../helpers/cluster.ts";

/**
 * `npx tsx test/bench/groups.ts [apps …]`: nested groups of apps on the stand-ins of Marathon, master and agent: put,
 * scaled, rolled back by version, removed, each until its deployment is over. Seconds, and the processor's milliseconds an app, which
 * a busy host changes least.
 */
const sizes = process.argv.slice(2).map(Number);
const groupSize = 10;
const patienceMs = 600_000;

/** Tasks that cost nothing: what is measured is Marathon. */
const idle = {
  name: "docker",
  accepts: () => true,
  recover: async () => {},
  run: async (_task: unknown, onStarted: (started: object) => void, kill: AbortSignal) => {
    onStarted({});
    await new Promise<void>((resolve) => {
      if (kill.aborted) resolve();
      kill.addEventListener("abort", () => resolve());
    });
    return { state: "TASK_KILLED" as const };
  },
};

const appsOf = (count: number) => ({
  id: "/all",
  groups: Array.from({ length: Math.ceil(count / groupSize) }, (_, group) => ({
    id: `team${group % 5}/g${group}`,
    ...(group === 0 ? {} : { dependencies: ["/all/team0/g0"] }),
    apps: Array.from({ length: Math.min(groupSize, count - group * groupSize) }, (_x, app) => ({
      ...{ id: `a${app}`, cmd: "sleep 1", cpus: 0.001, mem: 1, instances: 1 },
    })),
  })),
});

for (const count of sizes.length === 0 ? [125, 250, 500] : sizes) {
  const cluster = await startCluster([idle]);
  const timed = async (
    what: string,
    running: number,
    work: () => Promise<{ status: number; text: string }>,
  ) => {
    const since = performance.now();
    const used = process.cpuUsage();
    const answer = await work();
    if (answer.status >= 300) throw new Error(`${what}: ${answer.status} ${answer.text}`);
    const answeredMs = performance.now() - since;
    while ((await cluster.call("GET", "/v2/deployments")).json.length > 0) {
      if (performance.now() - since > patienceMs) throw new Error(`${what} is still under way`);
      await sleep(100);
    }
    const tookMs = performance.now() - since;
    const { json } = await cluster.call("GET", "/v2/tasks?status=running");
    if (json.tasks.length !== running) throw new Error(`${what}: ${json.tasks.length} tasks, not ${running}`);
    const { user, system } = process.cpuUsage(used);
    const seconds = (ms: number) => (ms / 1_000).toFixed(2);
    process.stdout.write(
      `${count} apps, ${what}: answer ${seconds(answeredMs)} s, done ${seconds(tookMs)} s, of the processor ${((user + system) / 1_000 / count).toFixed(1)} ms an app\n`,
    );
  };
  await timed("PUT", count, () => cluster.call("PUT", "/v2/groups", appsOf(count)));
  const { json: before } = await cluster.call("GET", "/v2/groups/all");
  await timed("scaleBy 2", 2 * count, () => cluster.call("PUT", "/v2/groups/all", { scaleBy: 2 }));
  const version = { version: before.version };
  await timed("rollback by version", count, () => cluster.call("PUT", "/v2/groups/all", version));
  await timed("DELETE", 0, () => cluster.call("DELETE", "/v2/groups/all"));
  await cluster.close();
}
