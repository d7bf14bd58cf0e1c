import { exitCodes, LabError } from "../errors.ts";
import { type Finding, lacking, type Problem } from "../lab/finding.ts";
import type { Lab } from "../lab/model.ts";
import { parseLab } from "../lab/parse.ts";
import { machinesOf } from "../machines/index.ts";
import { hostReport, worstLevel } from "../preflight/report.ts";
import { hostProvider } from "../tools/host.ts";
import { LabFolder } from "../tools/lab-folder.ts";
import { chosenLab, labAsMade } from "./chosen-lab.ts";
import { askedPlaceOf, type Context, type LabOptions } from "./context.ts";
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
  const { lab, folder, fault } = labOrTutorial(flags);
  const { findings } = await machinesOf(lab, folder).examine({ depth: "all", running: false }, signal);
  const undecided = fault.length === 0 && askedPlaceOf(flags).runsOn === "auto";
  const without = undecided ? (await chosenLab(flags, signal)).without : [];
  return [...fault, ...(without.length > 0 ? withoutMachines(findings, without) : findings)];
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
function labOrTutorial(flags: LabOptions): { lab: Lab; folder: LabFolder; fault: readonly Finding[] } {
  try {
    return { ...labAsMade(flags), fault: [] };
  } catch (error) {
    if (!(error instanceof LabError) || error.exitCode !== exitCodes.usage) throw error;
    const { file: _, ...others } = flags;
    // Throws where the flags are at fault, which are no part of this host.
    const lab = parseLab(undefined, others, hostProvider());
    return { lab, folder: new LabFolder(lab.name), fault: [labFileFinding(error.message)] };
  }
}

/** The line of a lab file that cannot be read, in a report that goes on with the tutorial's lab. */
function labFileFinding(message: string): Finding {
  return lacking("error", "lab file", message, "npx mesos-lab render");
}
