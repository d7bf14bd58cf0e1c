import { mkdir } from "node:fs/promises";
import { exitCodes, formatError, LabError } from "../../errors.ts";
import { advertisedAddress } from "../mesos/address.ts";
import { logLine } from "../mesos/log.ts";
import type { Running } from "../running.ts";
import { parseZooKeeperUrl } from "../store/zookeeper-url.ts";
import { inContainer, type OpenStore, type Surroundings } from "../surroundings.ts";
import { type AgentOptions, startMesosAgent } from "./agent.ts";
import { commandRunner } from "./command-runner.ts";
import { agentResources } from "./host-resources.ts";
import { type AgentFlags, parseAttributes, readAgentOptions } from "./options.ts";
import type { TaskRunner } from "./task-runner.ts";
import { TaskUsers } from "./task-users.ts";

/** Starts an agent as its environment and flags say. */
export async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  around: Surroundings = inContainer,
): Promise<Running> {
  const { values, flags } = readAgentOptions(argv, env);
  const { ip, bindIp, hostname } = await advertisedAddress(values, env);
  const log = logLine("mesos-slave");
  const runners = around.taskRunners ?? (await runnersFor(values));
  await mkdir(values.work_dir, { recursive: true, mode: 0o711 });
  return startMesosAgent({
    ip,
    bindIp,
    port: values.port,
    hostname,
    master: masterOf(values.master, around.openStore, log),
    workDir: values.work_dir,
    resources: await agentResources(values.resources, values.work_dir),
    attributes: parseAttributes(values.attributes ?? ""),
    runners,
    users: around.taskUsers ?? new TaskUsers({ mayName: values.switch_user }),
    registrationBackoffMs: values.registration_backoff_factor,
    callers: around.callers,
    ...(around.bootId === undefined ? {} : { bootId: around.bootId }),
    flags,
    log,
    onFatal: around.onFatal ?? end,
  });
}

function masterOf(text: string, openStore: OpenStore, log: (line: string) => void): AgentOptions["master"] {
  if (text.startsWith("zk://")) {
    const { servers, path } = parseZooKeeperUrl(text);
    return { openStore: (signal) => openStore(servers, { log, signal }), path };
  }
  if (/^[\w.-]+:\d{1,5}$/.test(text)) return { address: text };
  throw new LabError("stand-in-misused", `Failed to parse the master: ${JSON.stringify(text)}`, {
    remedy: ["write it as zk://host:2181/mesos or host:5050"],
  });
}

async function runnersFor(values: AgentFlags): Promise<TaskRunner[]> {
  const makers: Record<string, () => TaskRunner | Promise<TaskRunner>> = {
    mesos: commandRunner,
    docker: async () =>
      (await import("./docker-runner.ts")).dockerRunner({
        docker: values.docker,
        pullTimeoutMs: values.executor_registration_timeout,
        stopTimeoutMs: values.docker_stop_timeout,
      }),
  };
  return Promise.all(values.containerizers.split(",").flatMap((name) => makers[name]?.() ?? []));
}

/** A removed agent ends, as Mesos' does: its container's restart policy brings it back as a new one. */
function end(error: LabError): never {
  process.stderr.write(`${formatError(error)}\n`);
  process.exit(exitCodes.tool);
}
