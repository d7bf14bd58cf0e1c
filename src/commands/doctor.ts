import { exitCodes, LabError } from "../errors.ts";
import type { Lab } from "../lab/model.ts";
import { parseLab } from "../lab/parse.ts";
import { hostFindings, labFileFinding } from "../machines/vagrant/findings.ts";
import { type Finding, lacking } from "../preflight/finding.ts";
import type { Problem } from "../preflight/problem.ts";
import { hostReport, worstLevel } from "../preflight/report.ts";
import { hostProvider } from "../tools/host.ts";
import { LabFolder } from "../tools/lab-folder.ts";
import { chosenLab, madeKind } from "./choose-machines.ts";
import { type Context, describedLab, type LabOptions, wantedKind } from "./context.ts";
import { installMissing } from "./doctor-fix.ts";

export interface DoctorOptions extends LabOptions {
  /** Install what a package manager has against what was found. */
  readonly fix?: boolean;
  /** Do not ask before that. */
  readonly yes?: boolean;
}

/** Tells whether this host can make the lab; returns `preflight` as the exit code where it cannot. */
export async function doctor(options: DoctorOptions, context: Context): Promise<number> {
  const { fix, yes, ...flags } = options;
  let findings = await examine(flags, context);
  if (fix) {
    if (!context.json) context.print(hostReport(findings, context));
    const installed = await installMissing(findings, { ...context, yes: yes ?? false });
    if (installed) findings = await examine(flags, context);
    else if (!context.json) return exitCodeFor(findings);
  }
  if (context.json)
    context.emit({
      event: "result",
      worst: worstLevel(findings),
      findings: findings.map(({ level, subject, seen, remedy }) => ({ level, subject, seen, remedy })),
    });
  else context.print(hostReport(findings, context));
  return exitCodeFor(findings);
}

function exitCodeFor(findings: readonly Finding[]): number {
  return worstLevel(findings) === "error" ? exitCodes.preflight : exitCodes.ok;
}

async function examine(flags: LabOptions, { signal }: Context): Promise<readonly Finding[]> {
  const { lab, fault } = labOrTutorial(flags);
  const found = await hostFindings({ lab, folder: new LabFolder(lab.name), signal }, "all");
  const undecided = fault.length === 0 && wantedKind(flags).kind === "auto";
  const without = undecided ? (await chosenLab(flags, signal)).without : [];
  return [...fault, ...(without.length > 0 ? withoutMachines(found, without) : found)];
}

/** Where `create` would do without virtual machines, what they lack is no reason why it could not make a lab. */
function withoutMachines(found: readonly Finding[], without: readonly Problem[]): readonly Finding[] {
  const why = without.map(({ what }) => what).join(", ");
  const embedded = lacking(
    "warn",
    "machines",
    `no virtual machines can be made here (${why}): create makes an embedded lab, of processes on loopback`,
    "npx mesos-lab create",
  );
  return [
    ...found.map((each) => (each.level === "error" ? { ...each, level: "warn" as const } : each)),
    embedded,
  ];
}

/** A lab file with mistakes is one line of the report, and no reason to say nothing of the host. */
function labOrTutorial(flags: LabOptions): { lab: Lab; fault: readonly Finding[] } {
  try {
    const name = describedLab(flags, hostProvider()).name;
    return { lab: describedLab(flags, hostProvider(), madeKind(name)), fault: [] };
  } catch (error) {
    if (!(error instanceof LabError) || error.exitCode !== exitCodes.usage) throw error;
    const { file: _, ...others } = flags;
    // Throws where the flags are at fault, which are no part of this host.
    return { lab: parseLab(undefined, others, hostProvider()), fault: [labFileFinding(error.message)] };
  }
}
