import { verifyLab } from "../claims/verify.ts";
import type { Lab } from "../lab/model.ts";
import { run } from "../tools/exec.ts";
import { isInstalled } from "../tools/host.ts";
import type { LabFolder } from "../tools/lab-folder.ts";
import { parseStatus, vagrantStatus } from "../tools/vagrant.ts";
import { formatTable } from "../ui/table.ts";
import { type Context, type LabOptions, madeLab } from "./context.ts";

/** Long enough for a healthy lab's answers; a machine that is down must not make people wait. */
const lookMs = 1500;

/** Machines with their state, and services with what they answer; never an error for a lab that is down. */
export async function status(options: LabOptions, context: Context): Promise<void> {
  const { lab, folder } = madeLab(options);
  const [states, verdict] = await Promise.all([
    machineStates(lab, folder, context.signal),
    verifyLab(lab, { timeoutMs: lookMs, signal: context.signal }),
  ]);
  const machines = lab.machines.map(({ name, ip, services }) => ({
    name,
    ip,
    state: states.get(name) ?? "unknown",
    services,
  }));
  const services = verdict.results.map(({ id, service, machine, holds, seen }) => ({
    id,
    service,
    machine,
    holds,
    seen,
  }));
  if (context.json) {
    context.emit({
      event: "result",
      lab: lab.name,
      stack: lab.stack,
      provider: lab.provider,
      folder: folder.path,
      machines,
      services,
    });
    return;
  }
  context.print(`lab ${lab.name}: stack ${lab.stack}, provider ${lab.provider}, ${folder.path}\n`);
  const table = (titles: string[], rows: string[][]) =>
    formatTable(
      titles.map((title) => ({ title })),
      rows,
      { width: context.width },
    ).join("\n");
  context.print(
    table(
      ["machine", "address", "state"],
      machines.map(({ name, ip, state }) => [name, ip, state]),
    ),
  );
  context.print("");
  context.print(
    table(
      ["", "claim", "machine", "seen"],
      verdict.results.map(({ title, machine, holds, seen }) => [holds ? "✔" : "✖", title, machine, seen]),
    ),
  );
}

async function machineStates(
  lab: Lab,
  folder: LabFolder,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (!isInstalled("vagrant"))
    return new Map(lab.machines.map(({ name }) => [name, "unknown: Vagrant is not installed"]));
  const { stdout } = await run(vagrantStatus(folder.path), { signal, timeoutMs: 120_000 });
  return parseStatus(stdout);
}
