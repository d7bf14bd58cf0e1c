import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodes, LabError } from "../../errors.ts";
import { type Embedded, hasZookeeper, type Lab, type Part } from "../../lab/model.ts";
import { problemsOf } from "../../preflight/finding.ts";
import { refuse } from "../../preflight/problem.ts";
import type { LauncherState, Plan } from "../../rehearsal/embedded/plan.ts";
import { readIfThere } from "../../tools/files.ts";
import { isInstalled } from "../../tools/host.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { line, type Task } from "../../ui/tasks.ts";
import type { Machines } from "../machines.ts";
import { lineOf, type Run } from "../run.ts";
import { movedPorts, settleAddresses } from "./addresses.ts";
import { embeddedBreaks } from "./breaks.ts";
import { embeddedPlan, hasProcess, processParts, serviceId } from "./plan.ts";
import { embeddedFindings, sharedServicePorts } from "./preflight.ts";
import { endLab, lastLines, runningState, startLauncher, tryBind, untilReady } from "./processes.ts";
import { javaFault, peersFault, seemsToHaveZookeeper } from "./zookeeper.ts";

/** No machines: every service is a process of this host on a loopback address, kept running by a small launcher. */
export function embeddedMachines(lab: Lab, folder: LabFolder): Machines {
  const home = folder.file("embedded");
  const plan = (): Plan => embeddedPlan(lab, home, lab.embedded?.proxy ?? hostProxy());
  const logOf = (part: Part) => {
    if (!hasProcess(lab, part)) throw noZookeeper();
    return folder.file("embedded", "logs", `${serviceId(lab, part)}.log`);
  };
  return {
    words: wordsFor(lab),
    running: async () => {
      const state = runningState(home);
      return (
        state !== undefined &&
        isUp(state) &&
        readIfThere(folder.file("embedded", "plan.json")) === text(plan())
      );
    },
    preflight: async (running, signal) => {
      if (running) return { lab, note: "the lab's processes are running" };
      refuse(problemsOf(embeddedFindings(lab)));
      // What runs of an earlier shape of this lab holds the ports that this one wants.
      await endLab(home, true);
      const settled = await settle(lab, signal);
      refuse(sharedServicePorts(settled.lab));
      return settled;
    },
    startTasks: (run, running) => [start(run, running, plan())],
    resumeTasks: (run, running) => [start(run, running, plan())],
    states: async () => {
      const state = runningState(home);
      return new Map(lab.machines.map(({ name }) => [name, stateOf(lab, name, state)]));
    },
    halt: () => endLab(home, true),
    destroy: () => endLab(home, false),
    shell: async (machine) => {
      throw new LabError(
        `${machine.name} is no machine to log in to: this lab is embedded, its services are processes here`,
        {
          exitCode: exitCodes.usage,
          details: [`its files, with the sandboxes of its tasks: ${folder.file("embedded", machine.name)}`],
          remedy: processParts(lab)
            .filter((part) => part.machine.name === machine.name)
            .map(({ service }) => `npx mesos-lab logs ${service}`),
        },
      );
    },
    logs: async (part, { follow, tail }) => {
      const { runInteractive } = await import("../../tools/exec.ts");
      return runInteractive({ file: "tail", args: [...(follow ? ["-f"] : []), "-n", tail, logOf(part)] });
    },
    lastLines: async (part) => lastLines(logOf(part)),
    checkHaproxy: async (_, config, signal) =>
      lab.embedded?.proxy === "haproxy" ? checkWithHaproxy(config, signal) : checkWithoutHaproxy(config),
    breaks: embeddedBreaks(lab, home),
  };
}

function start(run: Run, running: boolean, plan: Plan): Task {
  return line(lineOf(run, "boot", "Start the services as processes"), async (say) => {
    if (running) return "all are running";
    await endLab(plan.folder, true);
    startLauncher(plan);
    // What verifying needs next is loaded while the services start.
    void import("../../probes/http.ts");
    await untilReady(plan, run.signal, say);
    return `${plan.services.length + plan.programs.length} and their launcher`;
  });
}

/** Decides on addresses, ports, the proxy and ZooKeeper; what a user would not expect is in the note. */
async function settle(lab: Lab, signal: AbortSignal): Promise<{ lab: Lab; note?: string }> {
  const withStore: Embedded = { proxy: hostProxy(), zookeeper: "store" };
  const embedded = seemsToHaveZookeeper() ? { ...withStore, zookeeper: "host" as const } : withStore;
  const [wanted, fault] = await Promise.all([
    settleAddresses({ ...lab, embedded }, tryBind),
    embedded.zookeeper === "host" ? javaFault(signal) : undefined,
  ]);
  const why = fault ?? (hasZookeeper(wanted) ? await peersFault(wanted, tryBind) : undefined);
  const settled =
    why === undefined ? wanted : await settleAddresses({ ...lab, embedded: withStore }, tryBind);
  const notes = movedPorts(settled);
  if (why !== undefined) notes.push(`a store in the launcher instead of this host's ZooKeeper: ${why}`);
  const before = lab.embedded?.zookeeper;
  if (before !== undefined && before !== settled.embedded?.zookeeper)
    notes.push(`apps and rules stay behind: they were kept in ${zookeeperWords(before)}`);
  return notes.length === 0 ? { lab: settled } : { lab: settled, note: notes.join("; ") };
}

function zookeeperWords(zookeeper: Embedded["zookeeper"]): string {
  return zookeeper === "host" ? "this host's ZooKeeper" : "a store in their launcher for ZooKeeper";
}

function hostProxy(): Plan["proxy"] {
  return isInstalled("haproxy") ? "haproxy" : "built-in";
}

function wordsFor(lab: Lab): string {
  const proxy = lab.embedded?.proxy ?? hostProxy();
  const words = proxy === "haproxy" ? "this host's HAProxy" : "a built-in proxy for HAProxy";
  const zookeeper = lab.embedded?.zookeeper ?? (seemsToHaveZookeeper() ? "host" : "store");
  return `none (embedded: processes on loopback, ${zookeeperWords(zookeeper)}, ${words})`;
}

function text(plan: Plan): string {
  return JSON.stringify(plan, undefined, 2);
}

function isUp(state: LauncherState): boolean {
  return Object.values(state.services).every(({ process }) => process !== undefined);
}

function stateOf(lab: Lab, machine: string, state: LauncherState | undefined): string {
  if (state === undefined) return "stopped";
  const own = processParts(lab).filter((part) => part.machine.name === machine);
  const down = own.filter((part) => state.services[serviceId(lab, part)]?.ready !== true);
  if (own.length > 0 && down.length === own.length) return "down";
  return down.length === 0 ? "running" : `running without ${down.map(({ service }) => service).join(", ")}`;
}

function noZookeeper(): LabError {
  return new LabError("ZooKeeper is not part of an embedded lab: the launcher has a store in its place", {
    exitCode: exitCodes.usage,
    remedy: ["npx mesos-lab logs mesos-master"],
  });
}

async function checkWithHaproxy(config: string, signal: AbortSignal): Promise<string | undefined> {
  const { run } = await import("../../tools/exec.ts");
  // From a file: HAProxy cannot open a standard input that is a socket, as that of a child of Node is.
  const folder = await mkdtemp(join(tmpdir(), "mesos-lab-"));
  try {
    const file = join(folder, "haproxy.cfg");
    await writeFile(file, config);
    const options = { signal, timeoutMs: 15_000, accept: "any" } as const;
    const { exitCode, stdout, stderr } = await run({ file: "haproxy", args: ["-c", "-f", file] }, options);
    return exitCode === 0 ? undefined : `${stdout}\n${stderr}`.trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The ACLs of a configuration: all that the built-in proxy would take from it. */
async function checkWithoutHaproxy(config: string): Promise<string | undefined> {
  const { parseAcl } = await import("../../rehearsal/bamboo/acl.ts");
  for (const [, acl = ""] of config.matchAll(/^\s*acl\s+\S+\s+(.+)$/gm)) {
    try {
      parseAcl(acl);
    } catch (error) {
      return (error as Error).message;
    }
  }
  return undefined;
}
