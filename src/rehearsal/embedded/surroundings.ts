import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TrafficProxy } from "../bamboo/proxy.ts";
import type { HaproxyOptions } from "../haproxy/process.ts";
import type { Store } from "../store/store.ts";
import type { OpenStore, Surroundings } from "../surroundings.ts";
import { folderMark, machineMark, type Plan, type PlannedService } from "./plan.ts";

/** ZooKeeper is started at the same time as who wants it: between two attempts to connect. */
const retryDelayMs = 20;

type Env = Readonly<Record<string, string | undefined>>;

/** What a stand-in finds in an embedded lab instead of a container of its own. */
export async function surroundingsOf(
  plan: Plan,
  service: PlannedService,
  env: Env,
  launcherStore: () => Store,
): Promise<Surroundings> {
  const machine = env[machineMark] ?? "";
  const openStore: OpenStore = async (servers, options) => {
    if (plan.zookeeper === "store" && servers !== plan.joined) return launcherStore();
    const { openZooKeeperStore } = await import("../store/zookeeper-store.ts");
    return openZooKeeperStore(servers, { ...options, retryDelayMs });
  };
  const common = { openStore, callers: plan.callers };
  if (service.service === "mesos-agent")
    return {
      ...common,
      bootId: readFileSync(bootIdFile(plan.folder, machine), "utf8"),
      taskRunners: await taskRunners(plan, machine),
      taskUsers: await taskUsers(plan, service, machine),
    };
  if (service.service === "bamboo")
    return { ...common, trafficProxy: await trafficProxy(plan, machine, env) };
  if (service.service === "marathon-lb")
    return {
      ...common,
      haproxy: await haproxyIn(plan, machine, "marathon-lb"),
      binding: JSON.parse(env.MESOS_LAB_BINDING ?? ""),
    };
  if (service.service === "haproxy-marathon-bridge")
    return { ...common, haproxy: await haproxyIn(plan, machine, "bridge") };
  return common;
}

/** Written when a machine is made, and anew when it is "rebooted". */
export function bootIdFile(folder: string, machine: string): string {
  return join(folder, machine, "boot_id");
}

async function taskRunners(plan: Plan, machine: string) {
  const marks = { [folderMark]: plan.folder, [machineMark]: machine };
  const [{ commandRunner }, { imageRunner }] = await Promise.all([
    import("../mesos-agent/command-runner.ts"),
    import("./image-runner.ts"),
  ]);
  return [commandRunner(marks), imageRunner(marks)];
}

async function taskUsers({ tasks }: Plan, { instances }: PlannedService, machine: string) {
  const { TaskUsers } = await import("../mesos-agent/task-users.ts");
  const range = instances.find((one) => one.machine === machine)?.users;
  return new TaskUsers({ mayName: tasks?.mayName ?? true, ...(range && { range }) });
}

async function trafficProxy(plan: Plan, machine: string, env: Env): Promise<TrafficProxy> {
  const [host = "127.0.0.1", port = "80"] = (env.MESOS_LAB_PROXY_BIND ?? "").split(":");
  const log = (line: string) => process.stderr.write(`bamboo: ${line}\n`);
  if (plan.proxy === "built-in") {
    const { BuiltInProxy } = await import("../bamboo/built-in-proxy.ts");
    return new BuiltInProxy({ host, port: Number(port), log });
  }
  const [{ HaproxyProcess }, place] = await Promise.all([
    import("../bamboo/haproxy-process.ts"),
    haproxyIn(plan, machine, "haproxy"),
  ]);
  return new HaproxyProcess({ ...place, bind: `${host}:${port}`, log });
}

/** A folder for the HAProxy of one balancer, and the end of what an earlier one has left there. */
async function haproxyIn(plan: Plan, machine: string, name: string): Promise<Omit<HaproxyOptions, "log">> {
  const { endMarked } = await import("../processes/marked.ts");
  const runFolder = join(plan.folder, machine, name);
  // An HAProxy outlives a balancer that was killed, and would go on taking its share of the connections.
  const mark = { MESOS_LAB_HAPROXY: runFolder };
  await endMarked(mark);
  return {
    outputPath: join(runFolder, "haproxy.cfg"),
    runFolder,
    env: { ...mark, [machineMark]: machine },
  };
}
