import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../../errors.ts";
import type { EmbeddedLab, Machine, Part } from "../../lab/model.ts";
import { checkHere } from "../../preflight/problem.ts";
import { removeContainers } from "../../rehearsal/embedded/containers.ts";
import { folderMark, type LauncherState, machineMark, type Plan } from "../../rehearsal/embedded/plan.ts";
import { canTakeIn, planChanges } from "../../rehearsal/embedded/plan-changes.ts";
import { processesInside } from "../../rehearsal/processes/inside.ts";
import { endMarked } from "../../rehearsal/processes/marked.ts";
import { readIfThere } from "../../tools/files.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { line, lineOf, type Progress, type Task } from "../../ui/tasks.ts";
import type { Access, Machines } from "../machines.ts";
import { embeddedBreaks } from "./breaks.ts";
import { embeddedPlan, hasProcess, processParts, serviceId, withInstances } from "./plan.ts";
import { examineEmbedded } from "./preflight.ts";
import { changePlan, endLab, planText, startLauncher } from "./processes.ts";
import { lastLines, untilReady } from "./ready.ts";
import { hostProxy, settleEmbedded, zookeeperWords } from "./settle.ts";
import { isStateDamaged, runningPlan, runningState } from "./state.ts";
import { removeSandboxFolder, sandboxFolder, taskUsers } from "./task-users.ts";
import { inTurn } from "./turn.ts";
import { seemsToHaveZookeeper } from "./zookeeper.ts";

/** No machines: every service is a process of this host on a loopback address, kept running by a small launcher. */
export function embeddedMachines(lab: EmbeddedLab, folder: LabFolder): Machines {
  const home = folder.file("embedded");
  const plan = (): Plan => embeddedPlan(lab, home, lab.runs.proxy ?? hostProxy());
  const removeSandboxes = () => {
    for (const path of sandboxesOf(home)) removeSandboxFolder(path);
  };
  let outliving: readonly string[] = [];
  const ended = async (orderly: boolean) => {
    const damaged = isStateDamaged(home);
    await endLab(home, orderly);
    return damaged ? "its state was damaged: what ran was found by its mark" : undefined;
  };
  return {
    words: wordsFor(lab),
    examining: checkHere,
    examine: async ({ running }) => ({
      findings: running ? [] : examineEmbedded(lab),
      // No playbooks run here.
      ansible: "host",
      notes: running ? ["the lab's processes are running"] : [],
    }),
    settle: async (signal) => ({ ...(await settleEmbedded(lab, folder, signal)), byHand: () => [] }),
    running: async () => {
      const state = runningState(home);
      return (
        state !== undefined &&
        isUp(state) &&
        readIfThere(folder.file("embedded", "plan.json")) === planText(plan())
      );
    },
    states: async () => {
      const state = runningState(home);
      const damaged = isStateDamaged(home) ? "unknown: its state is damaged (npx mesos-lab up)" : undefined;
      return new Map(lab.machines.map(({ name }) => [name, damaged ?? stateOf(lab, name, state)]));
    },
    boot: (progress, { running, leaving }) => start(progress, running, plan(), leaving),
    release: (progress, leaving) => release(progress, plan(), leaving.machines),
    provision: () => [],
    reset: (progress) => [
      line(lineOf(progress, "empty", "Remove the services and what they have stored"), async () => {
        await endLab(home, false);
        removeSandboxes();
        await rm(home, { recursive: true, force: true });
        return undefined;
      }),
      start(progress, false, plan(), []),
    ],
    halt: (progress) => line(lineOf(progress, "halt", "End the lab's processes"), () => ended(true)),
    destroy: (progress) => ({
      loses: [],
      outlives: () => outliving,
      task: line(lineOf(progress, "destroy", "End the lab's processes and its tasks"), async () => {
        const said = await ended(false);
        outliving = processesInside([home, ...sandboxesOf(home)]);
        removeSandboxes();
        return said;
      }),
    }),
    access: embeddedAccess(lab, folder),
    breaks: embeddedBreaks(lab, home),
  };
}

function embeddedAccess(lab: EmbeddedLab, folder: LabFolder): Access {
  const logOf = (part: Part) => {
    if (!hasProcess(lab, part)) throw noZookeeper();
    return folder.file("embedded", "logs", `${serviceId(lab, part)}.log`);
  };
  return {
    shell: async (machine) => {
      throw new LabError(
        "no-machine-to-log-in-to",
        `${machine.name} is no machine to log in to: this lab is embedded, its services are processes here`,
        {
          details: [
            `its files, with the sandboxes of its tasks: ${filesOf(machine, folder.file("embedded"))}`,
          ],
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
      lab.runs.proxy === "haproxy"
        ? checkWithHaproxy(folder.file("embedded"), config, signal)
        : checkWithoutHaproxy(config),
  };
}

function start(progress: Progress, running: boolean, wanted: Plan, leaving: readonly Machine[]): Task {
  return line(lineOf(progress, "boot", "Start the services as processes"), async (say) => {
    if (running) return "all are running";
    const before = runningPlan(wanted.folder);
    const plan = withInstances(wanted, before, leaving);
    const launcher = runningState(plan.folder)?.launcher;
    if (before !== undefined && launcher !== undefined && canTakeIn(before, plan)) {
      const { added, grown, changed } = planChanges(before, plan);
      await untilReady(plan, changePlan(plan, launcher), progress.signal, say);
      return changeWords(added.size, grown.size, changed.size);
    }
    return startAnew(wanted, progress, say);
  });
}

async function startAnew(plan: Plan, progress: Progress, say: (text: string) => void): Promise<string> {
  // What runs of an earlier shape of this lab may hold the ports that this one wants.
  await endLab(plan.folder, true);
  await inTurn({ signal: progress.signal, say }, async () => {
    const launcher = startLauncher(plan);
    // What verifying needs next is loaded while the services start.
    void import("../../probes/http.ts");
    await untilReady(plan, launcher, progress.signal, say);
  });
  return `${plan.services.length + plan.programs.length} and their launcher`;
}

/** Ends the processes of machines that the lab no longer has, and removes their files. */
function release(progress: Progress, plan: Plan, leaving: readonly Machine[]): Task {
  const names = leaving.map(({ name }) => name).join(", ");
  return line(lineOf(progress, "release", `End what runs on ${names}`), async (say) => {
    const launcher = runningState(plan.folder)?.launcher;
    if (launcher !== undefined) await untilReady(plan, changePlan(plan, launcher), progress.signal, say);
    for (const { name } of leaving) {
      const marks = { [folderMark]: plan.folder, [machineMark]: name };
      await endMarked(marks);
      await removeContainers(marks);
      const folders = [plan.folder, ...(plan.tasks === undefined ? [] : [plan.tasks.folder])];
      for (const folder of folders) await rm(join(folder, name), { recursive: true, force: true });
    }
    return undefined;
  });
}

function changeWords(added: number, grown: number, changed: number): string {
  const words = [
    ...(added > 0 ? [`${added} started`] : []),
    ...(grown > 0 ? [`${grown} with other slaves in it`] : []),
    ...(changed > 0 ? [`${changed} started anew`] : []),
  ];
  return words.length === 0 ? "no process is new" : `${words.join(", ")}; all others go on`;
}

function wordsFor(lab: EmbeddedLab): string {
  const proxy = lab.runs.proxy ?? hostProxy();
  const words = proxy === "haproxy" ? "this host's HAProxy" : "a built-in proxy for HAProxy";
  const zookeeper = lab.runs.zookeeper ?? (seemsToHaveZookeeper() ? "host" : "store");
  return `none (embedded: processes on loopback, ${zookeeperWords(zookeeper)}, ${words})`;
}

function isUp(state: LauncherState): boolean {
  return Object.values(state.services).every(({ process }) => process !== undefined);
}

function stateOf(lab: EmbeddedLab, machine: string, state: LauncherState | undefined): string {
  if (state === undefined) return "stopped";
  const own = processParts(lab).filter((part) => part.machine.name === machine);
  const down = own.filter((part) => state.services[serviceId(lab, part)]?.ready !== true);
  if (own.length > 0 && down.length === own.length) return "down";
  return down.length === 0 ? "running" : `running without ${down.map(({ service }) => service).join(", ")}`;
}

function filesOf({ name }: Machine, home: string): string {
  return [home, ...sandboxesOf(home)].map((place) => join(place, name)).join(", ");
}

/** The folder of sandboxes that is not in the lab's own. */
function sandboxesOf(home: string): string[] {
  const users = taskUsers(home);
  return users === undefined ? [] : [sandboxFolder(users)];
}

function noZookeeper(): LabError {
  return new LabError(
    "service-not-in-lab",
    "ZooKeeper is not part of an embedded lab: the launcher has a store in its place",
    {
      remedy: ["npx mesos-lab logs mesos-master"],
    },
  );
}

async function checkWithHaproxy(
  home: string,
  config: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { run } = await import("../../tools/exec.ts");
  // From a file: HAProxy cannot open a standard input that is a socket, as that of a child of Node is. What a command that is
  // killed leaves of it goes with the lab.
  const folder = await mkdtemp(join(home, "check-"));
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
