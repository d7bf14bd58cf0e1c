import { mkdir, readFile } from "node:fs/promises";
import { LabError } from "../../errors.ts";
import type { Callers } from "../http/callers.ts";
import { listen } from "../http/server.ts";
import type { MasterMessage } from "../mesos/agent-protocol.ts";
import { detectMaster } from "../mesos/detector.ts";
import type { Resources } from "../mesos/resources.ts";
import type { Running } from "../running.ts";
import type { Store } from "../store/store.ts";
import { Checkpoint } from "./checkpoint.ts";
import { type LeadingMaster, MasterLink } from "./master-link.ts";
import { agentRoutes } from "./routes.ts";
import type { TaskRunner } from "./task-runner.ts";
import { TaskUsers } from "./task-users.ts";
import { Tasks } from "./tasks.ts";

export interface AgentOptions {
  readonly ip: string;
  /** The address that is bound; default: the advertised one. */
  readonly bindIp?: string;
  readonly port: number;
  readonly hostname: string;
  /** Where to find the master: an address, or the store in which masters elect their leader. */
  readonly master:
    | { readonly address: string }
    | { readonly openStore: (signal: AbortSignal) => Promise<Store>; readonly path: string };
  readonly workDir: string;
  readonly resources: Resources;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Asked in this order. */
  readonly runners: readonly TaskRunner[];
  /** Whom tasks run as; default: who they name, or the agent's own user. */
  readonly users?: TaskUsers | undefined;
  readonly registrationBackoffMs?: number;
  /** Default: the kernel's; another one than at the last start makes this a new agent. */
  readonly bootId?: string;
  /** The names under which clients may call; absent: any. */
  readonly callers?: Callers | undefined;
  readonly flags?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
  /** Called when the agent has to end, as the master removed it; its tasks have ended by then. */
  readonly onFatal: (error: LabError) => void;
}

/** Starts a stand-in for the Mesos agent: registers with the leading master and runs what it is told to. */
export async function startMesosAgent(options: AgentOptions): Promise<Running> {
  const {
    ip,
    port,
    hostname,
    workDir,
    resources,
    runners,
    users = new TaskUsers(),
    attributes = {},
    flags = {},
    log = () => {},
  } = options;
  const started = { at: Date.now(), since: performance.now() };
  await mkdir(workDir, { recursive: true });
  const checkpoint = new Checkpoint(workDir, options.bootId ?? (await kernelBootId()));
  const kept = await checkpoint.load();
  let id = kept?.agentId ?? "";
  let leader: Leader | undefined;
  let leaving = false;
  let departed = false;
  let closing = false;

  const remember = async () => {
    if (id !== "" && !departed) await checkpoint.save(() => ({ agentId: id, tasks: tasks.kept() }));
  };
  const tasks: Tasks = new Tasks({
    runners,
    users,
    workDir,
    hostname,
    agentPid: `slave(1)@${ip}:${port}`,
    agentId: () => id,
    send: (frameworkId, status) => void link.send({ type: "UPDATE", frameworkId, status }),
    onChange: remember,
  });
  const link: MasterLink = new MasterLink({
    registration: () => ({
      ...(id === "" ? {} : { agentId: id }),
      hostname,
      ip,
      port,
      resources,
      attributes,
      tasks: tasks.snapshot(),
    }),
    backoffMs: options.registrationBackoffMs ?? 1_000,
    log,
    onMessage: (message) => receive(message),
  });
  const receive = async (message: MasterMessage): Promise<void> => {
    if (message.type === "REGISTERED") {
      log(`${id === "" ? "Registered" : "Re-registered"} with the master as ${message.agentId}`);
      id = message.agentId;
      await remember();
      // To a master that was elected meanwhile it is news.
      if (leaving) await link.send({ type: "LEAVING", leaving });
      tasks.resendAll();
    } else if (message.type === "LAUNCH")
      void tasks.launch(message.frameworkId, message.framework, message.task);
    else if (message.type === "KILL") tasks.kill(message);
    else if (message.type === "ACKNOWLEDGE") tasks.acknowledge(message, message.uuid);
    else if (message.type === "SHUTDOWN" && !closing) await shutDown(message.message);
  };
  const shutDown = async (why: string): Promise<void> => {
    // First of all: however the rest goes, the next start is that of a new agent.
    await checkpoint.forget();
    link.close();
    await tasks.close();
    const message = `The master asked this slave to shut down: ${why}`;
    options.onFatal(new LabError("stand-in-failed", message));
  };

  // Also after a reboot of its machine, when it is a new agent.
  await users.endAll();
  if (kept !== undefined) {
    if (kept.damaged) log("What was kept of the tasks is damaged: they count as none");
    log(`Recovering as ${kept.agentId}, ${kept.tasks.length} tasks`);
    for (const runner of runners) {
      await runner.recover(kept.agentId).catch((error) => log(`${runner.name} could not clean up: ${error}`));
    }
    tasks.recover(kept.tasks);
  }
  const leave = async (is: boolean): Promise<boolean> => {
    if (departed) return !is && comeBack();
    const heard = await link.send({ type: "LEAVING", leaving: is });
    leaving = is && heard;
    tasks.lingering = leaving;
    if (!leaving) tasks.endKilled();
    return heard;
  };
  const depart = async (): Promise<boolean> => {
    const heard = await link.send({ type: "UNREGISTER" });
    if (!heard) return false;
    departed = true;
    link.close();
    await checkpoint.forget();
    return true;
  };
  /** As a new slave: the master knows the one of before no more, nor what it ran. */
  const comeBack = (): boolean => {
    [departed, leaving, id] = [false, false, ""];
    tasks.lingering = false;
    tasks.forgetAll();
    link.follow(leader);
    return true;
  };
  const view = { tasks, leave, depart, ip, port, hostname, workDir, resources, attributes, flags, started };
  const server = await listen(
    agentRoutes({ ...view, id: () => id, registered: () => link.registered, master: () => leader }),
    { host: options.bindIp ?? ip, port, callers: options.callers },
  );
  const stopFollowing = follow(options.master, log, (found) => {
    leader = found;
    if (!departed) link.follow(found);
  });
  log(`Slave started on ${ip}:${port}, resources ${JSON.stringify(resources.scalars)}`);
  return {
    url: server.url,
    close: async () => {
      closing = true;
      link.close();
      await Promise.all([stopFollowing(), tasks.close(), server.close()]);
      await checkpoint.settled();
    },
  };
}

interface Leader extends LeadingMaster {
  readonly hostname: string;
}

/** Tells who leads, now and after every change; a lost session means that nobody is known to, and a new session. */
function follow(
  master: AgentOptions["master"],
  log: (line: string) => void,
  onLeader: (leader: Leader | undefined) => void,
): () => Promise<void> {
  if ("address" in master) {
    onLeader({ address: master.address, id: "", hostname: master.address.replace(/:\d+$/, "") });
    return async () => {};
  }
  const stopping = new AbortController();
  let store: Store | undefined;
  let unwatch = () => {};
  const watch = async (): Promise<void> => {
    log("Detecting new master");
    const opened = await master.openStore(stopping.signal).catch(() => undefined);
    if (opened === undefined || stopping.signal.aborted) return opened?.close();
    store = opened;
    opened.onSessionLost(() => {
      unwatch();
      if (stopping.signal.aborted) return;
      onLeader(undefined);
      void watch();
    });
    unwatch = detectMaster(opened, master.path, ({ leader, path = "" }) => {
      if (leader !== undefined) log(`New master detected at ${leader.pid}`);
      onLeader(
        leader && {
          hostname: leader.hostname,
          address: `${leader.address.ip}:${leader.address.port}`,
          id: path,
        },
      );
    });
  };
  void watch();
  return async () => {
    stopping.abort();
    unwatch();
    await store?.close();
  };
}

async function kernelBootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "unknown")).trim();
}
