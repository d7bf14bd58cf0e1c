import { defaultRunsOn } from "./defaults.ts";
import type { Lookup, MachineDraft } from "./draft.ts";
import type { FlagValues } from "./flags.ts";
import { clashProblem } from "./issues.ts";
import type { RunsOnName } from "./model.ts";
import type { Problem } from "./problems.ts";
import type { LabFile } from "./schema.ts";
import type { YamlSource } from "./yaml-source.ts";

/** Machines as far as they are known. */
type Machines = readonly MachineDraft[] | undefined;

/** Where the file and the flags want the lab to run. */
export function askedRunsOn(lookup: Lookup, flags: FlagValues, machines: Machines): RunsOnName | "auto" {
  const inFile = lookup(["runsOn"]).value as RunsOnName | "auto" | undefined;
  const asked = flags.runsOn ?? inFile ?? defaultRunsOn;
  if (asked !== "auto") return asked;
  if (machines?.some(({ ip }) => isLoopback(ip?.value))) return "embedded";
  // Who says how SSH gets there has machines.
  const reached = machines?.some(({ sshAlias, ssh }) => sshAlias !== undefined || ssh.length > 0);
  return reached || lookup(["ssh"]).given ? "hosts" : "auto";
}

/** What of them can only mean virtual machines, in words. */
export function needsMachines(file: LabFile, flags: FlagValues): readonly string[] {
  const needs = {
    "the stack classic": (flags.stack ?? file.stack) === "classic",
    "a provider": (flags.provider ?? file.provider) !== undefined,
    "a box": flags.box !== undefined || flags.boxUrl !== undefined || file.box !== undefined,
  };
  return Object.entries(needs).flatMap(([what, asked]) => (asked ? [what] : []));
}

/** What does not go with where the lab runs. */
export function placeProblems(
  place: RunsOnName | "auto",
  file: LabFile,
  flags: FlagValues,
  machines: Machines,
  yaml: YamlSource,
): Problem[] {
  if (place === "auto") return [];
  if (place === "vagrant")
    return (machines ?? []).flatMap(({ ip }) =>
      ip !== undefined && isLoopback(ip.value)
        ? [clashProblem({ at: ip, text: "is a loopback address, which a virtual machine cannot have" }, yaml)]
        : [],
    );
  const unnamed = place === "hosts" && file.machines === undefined ? [withoutHosts(flags, yaml)] : [];
  if ((flags.stack ?? file.stack) !== "classic") return unnamed;
  const why = noClassic[place];
  const classic =
    flags.stack === undefined
      ? { position: yaml.position(["stack"]), text: `stack "classic": ${why}` }
      : { text: `--stack classic: ${why}` };
  return [...unnamed, classic];
}

const noClassic = {
  embedded: "an embedded lab has no machines for the tutorial's images: its stack is rehearsal",
  hosts:
    "the tutorial's images need another Docker and another boot than a machine that belongs to somebody has: on hosts the stack is rehearsal",
};

function withoutHosts({ runsOn }: FlagValues, yaml: YamlSource): Problem {
  const why = "a lab on hosts needs a lab file that lists them under `machines`";
  if (runsOn === "hosts") return { text: `--runs-on hosts: ${why}` };
  return { position: yaml.position(["runsOn"]), text: why };
}

function isLoopback(ip: string | undefined): boolean {
  return ip?.startsWith("127.") ?? false;
}
