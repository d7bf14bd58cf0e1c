import { absentClaims, absentLines } from "../claims/claims-for.ts";
import { verifyLab } from "../claims/verdict.ts";
import { machinesOf } from "../machines/index.ts";
import { holderWords } from "../tools/lab-lock.ts";
import { formatTable } from "../ui/table.ts";
import { type Context, type LabOptions, madeLab } from "./context.ts";

/** Long enough for a healthy lab's answers; a machine that is down must not make people wait. */
const lookMs = 1500;

/** Machines with their state, and services with what they answer; never an error for a lab that is down. */
export async function status(options: LabOptions, context: Context): Promise<void> {
  const { lab, folder } = madeLab(options);
  const runs = machinesOf(lab, folder);
  const [states, verdict] = await Promise.all([
    runs.states(context.signal),
    verifyLab(lab, { timeoutMs: lookMs, startingMs: 0, signal: context.signal }),
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
  const holder = folder.holder();
  const left = holder === undefined ? runs.leftAtWork?.() : undefined;
  if (context.json) {
    context.emit({
      event: "result",
      lab: lab.name,
      stack: lab.stack,
      runs: lab.runs,
      ...(holder && { atWork: holder }),
      ...(left && { leftAtWork: left }),
      absent: absentClaims(lab),
      folder: folder.path,
      machines,
      services,
    });
    return;
  }
  context.print(`lab ${lab.name}: stack ${lab.stack}, machines: ${runs.words}, ${folder.path}\n`);
  if (holder !== undefined) context.print(`at work on it: ${holderWords(holder)}\n`);
  if (left !== undefined) context.print(`an earlier run has left at work: ${left}\n`);
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
  for (const text of absentLines(lab)) context.print(text);
}
