import { verdictTable } from "../claims/report.ts";
import type { Verdict } from "../claims/verify.ts";
import { type Lab, machinesWith, type ServiceName } from "../lab/model.ts";
import type { Run } from "../steps/run.ts";
import type { Context } from "./context.ts";

/** Prints what was found and where the lab can be looked at; nothing before there was a verdict. */
export function printLab(run: Run, verdict: Verdict | undefined, context: Context): void {
  if (verdict === undefined) return;
  if (context.json) {
    context.emit({
      event: "result",
      lab: run.lab.name,
      holds: verdict.holds,
      claims: verdict.results,
      pages: pages(run.lab),
    });
    return;
  }
  context.print(verdictTable(verdict, { width: context.width, color: context.color }));
  if (!verdict.holds) return;
  context.print("");
  for (const { title, url } of pages(run.lab)) context.print(`${title.padEnd(8)} ${url}`);
}

/** The pages of a lab that a browser can open. */
export function pages(lab: Lab): readonly { title: string; url: string }[] {
  const { ports } = lab;
  const at = (title: string, service: ServiceName, port: number) =>
    machinesWith(lab, service).map(({ ip }) => ({ title, url: `http://${ip}:${port}/` }));
  return [
    ...at("Mesos", "mesos-master", ports.mesosMaster),
    ...at("Marathon", "marathon", ports.marathon),
    ...at("Bamboo", "bamboo", ports.bamboo),
    ...at("HAProxy", "bamboo", ports.haproxy),
  ];
}
