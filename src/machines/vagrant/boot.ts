import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { exitCodes, LabError } from "../../errors.ts";
import type { VagrantLab } from "../../lab/model.ts";
import { run as runCommand } from "../../tools/exec.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { parseProgress, vagrantUp } from "../../tools/vagrant.ts";
import { line, lineOf, type Progress, type Task } from "../../ui/tasks.ts";
import { explain } from "../docker-ssh/known-failures.ts";
import { boxRemedies } from "./box.ts";

/** A lab of Vagrant's, and its folder. */
export interface Made {
  readonly lab: VagrantLab;
  readonly folder: LabFolder;
}

type VagrantRun = Made & Progress;

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
  const ended = runCommand(vagrantUp(run.folder.path, run.lab.runs.provider), {
    signal: run.signal,
    logFile: run.folder.freshLog("boot"),
    onLine: (text) => {
      const news = parseProgress(run.lab, text);
      if (news) listeners.get(news.machine)?.(news.text);
    },
  }).catch((error: unknown) => {
    if (!(error instanceof LabError) || error.exitCode !== exitCodes.tool) throw error;
    const { details, remedy, exitCode } = error;
    const said = details.join("\n");
    const known = boxRemedies(run.lab, said) ?? explain(said);
    throw new LabError("Vagrant could not start the machines", {
      exitCode,
      details,
      remedy: [...known, ...remedy],
      cause: error,
    });
  });
  // The machines' lines await this one; until they do, a failure must not count as unhandled.
  ended.catch(() => undefined);
  return { ended, listen: (machine: string, say: (text: string) => void) => listeners.set(machine, say) };
}

/** True when Vagrant has made every machine and each one's SSH port answers: a second `create` then needs no Vagrant. */
export async function machinesAnswer({ lab, folder }: Made): Promise<boolean> {
  const made = lab.machines.every(({ name }) =>
    existsSync(join(folder.path, ".vagrant", "machines", name, lab.runs.provider, "private_key")),
  );
  if (!made) return false;
  const answers = await Promise.all(lab.machines.map(({ ip }) => sshAnswers(ip, 2000)));
  return answers.every(Boolean);
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
