import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { exitCodes, LabError } from "../../errors.ts";
import type { VagrantLab } from "../../lab/model.ts";
import { slowness } from "../../lab/runs.ts";
import { waitFor } from "../../probes/wait.ts";
import { parseProgress, vagrantReload, vagrantUp } from "../../tools/vagrant.ts";
import { line, lineOf, type Progress, type Task } from "../../ui/tasks.ts";
import { explain } from "../docker-ssh/known-failures.ts";
import { boxRemedies } from "./box.ts";
import { awaitOrphan, runVagrant } from "./child.ts";
import { areBooting, type Made } from "./signs-of-life.ts";

type VagrantRun = Made & Progress;

/** How often a boot that Vagrant gives up is gone on with, as long as the machines are at work. */
const longestBoots = 4;
/** For SSH's first word; a machine in software that starts its services at the same time takes longer. */
const answerMs = 2_000;
/** After a boot, before a machine is taken for one that has no address. */
const patienceMs = 10_000;

/** Brings all machines up with one `vagrant up`; one line a machine. */
export function boot(run: VagrantRun, running: boolean): Task {
  return {
    title: "Start the machines with Vagrant",
    task: (_, task) => {
      if (running) {
        run.emit({ event: "step", step: "boot", state: "done", text: "all machines are running" });
        task.title = "All machines are running";
        return undefined;
      }
      const up = vagrantUpFollowed(run);
      return task.newListr(
        run.lab.machines.map((machine) =>
          line(lineOf(run, "boot", `${machine.name} ${machine.ip}`, machine.name), async (say) => {
            up.listen(machine.name, say);
            await up.ended;
            return undefined;
          }),
        ),
        { concurrent: true },
      );
    },
  };
}

function vagrantUpFollowed(run: VagrantRun) {
  const listeners = new Map<string, (text: string) => void>();
  const tellAll = (text: string) => {
    for (const say of listeners.values()) say(text);
  };
  const onLine = (text: string) => {
    const news = parseProgress(run.lab, text);
    if (news) listeners.get(news.machine)?.(news.text);
  };
  const ended = bringUp(run, onLine, tellAll).catch((error: unknown) => {
    if (!(error instanceof LabError) || error.exitCode !== exitCodes.tool) throw error;
    const { details, remedy } = error;
    const said = details.join("\n");
    const known = boxRemedies(run.lab, said) ?? explain(said);
    throw new LabError("machines-did-not-start", "Vagrant could not start the machines", {
      details,
      remedy: [...known, ...remedy],
      cause: error,
    });
  });
  // The machines' lines await this one; until they do, a failure must not count as unhandled.
  ended.catch(() => undefined);
  return { ended, listen: (machine: string, say: (text: string) => void) => listeners.set(machine, say) };
}

async function bringUp(
  run: VagrantRun,
  onLine: (text: string) => void,
  tellAll: (text: string) => void,
): Promise<void> {
  const { lab, folder, signal } = run;
  await awaitOrphan(folder, signal, tellAll);
  const options = { signal, logFile: folder.freshLog("boot"), onLine };
  for (let boots = 1; ; boots += 1) {
    try {
      await runVagrant([vagrantUp(folder.path, lab.runs.provider)], folder, options);
      break;
    } catch (error) {
      if (boots === longestBoots || !isTimeout(error) || !(await areBooting(run))) throw error;
      tellAll("not ready in the time that Vagrant gives a machine, and still at work: waiting on");
    }
  }
  // Vagrant sets addresses up after a boot. One that it gave up has none, and counts as running the next time. With
  // libvirt the Vagrantfile has put that right by now.
  const silent = await silentAfterBoot(run);
  if (silent.length === 0) return;
  tellAll(`${silent.join(", ")} does not answer at its address: starting it again`);
  await runVagrant([vagrantReload(folder.path, silent)], folder, options);
}

function isTimeout(error: unknown): boolean {
  return (
    error instanceof LabError &&
    /Timed out while waiting for the machine to boot/.test(error.details.join("\n"))
  );
}

/** True when Vagrant has made every machine and each one's SSH port answers: a second `create` then needs no Vagrant. */
export async function machinesAnswer({ lab, folder }: Made): Promise<boolean> {
  const made = lab.machines.every(({ name }) =>
    existsSync(join(folder.path, ".vagrant", "machines", name, lab.runs.provider, "private_key")),
  );
  return made && (await silentMachines(lab)).length === 0;
}

/** Asks again for a while: a machine that is only slow must not be started again. */
async function silentAfterBoot({ lab, signal }: VagrantRun): Promise<readonly string[]> {
  let silent: readonly string[] = lab.machines.map(({ name }) => name);
  const look = async () => {
    silent = await silentMachines(lab);
    return silent.length === 0
      ? ({ ok: true, value: silent } as const)
      : ({ ok: false, seen: silent.join() } as const);
  };
  await waitFor(look, { timeoutMs: patienceMs * slowness(lab), signal });
  return silent;
}

/** The names of the machines whose SSH does not answer at the lab's addresses. */
async function silentMachines(lab: VagrantLab): Promise<readonly string[]> {
  const answers = await Promise.all(lab.machines.map(({ ip }) => sshAnswers(ip, answerMs * slowness(lab))));
  return lab.machines.filter((_, index) => !answers[index]).map(({ name }) => name);
}

function sshAnswers(host: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: 22, timeout: timeoutMs });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", (greeting) => end(greeting.toString("latin1").startsWith("SSH-")));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}
