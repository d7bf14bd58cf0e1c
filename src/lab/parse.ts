import { askedRunsOn, needsMachines, placeProblems } from "./asked-place.ts";
import { askedRuns, defined } from "./asked-runs.ts";
import { defaultPorts, imagesOf } from "./catalogue/index.ts";
import { withCounts } from "./counts.ts";
import { crossChecks } from "./cross-checks.ts";
import {
  defaultCpus,
  defaultMemory,
  defaultName,
  defaultProvider,
  defaultStack,
  labFileName,
  otherStack,
  usualMachines,
} from "./defaults.ts";
import { type Draft, draftLab } from "./draft.ts";
import { type FlagValues, type LabFlags, parseFlags } from "./flags.ts";
import { clashProblem, issueProblems, lookupIn } from "./issues.ts";
import type { Lab, ProviderName, RunsOnName } from "./model.ts";
import { problemsError } from "./problems.ts";
import { fields, type LabFile, labFileSchema } from "./schema.ts";
import { readYaml } from "./yaml-source.ts";

export type { LabFlags } from "./flags.ts";

/** A lab file's text, and its name for messages. */
export interface LabSource {
  readonly text: string;
  readonly file: string;
}

/**
 * The lab that the file and the flags describe: flags override the file, the file overrides the defaults.
 * @param auto what `auto` means on this host.
 * @throws LabError `usage` that lists every problem of both, each with its place, value and rule.
 */
export function parseLab(
  source: LabSource | undefined,
  flags: LabFlags,
  fallbackProvider: ProviderName = defaultProvider,
  auto: RunsOnName = "vagrant",
): Lab {
  const yaml = readYaml(source?.text ?? "");
  const given = parseFlags(flags);
  const problems = [...yaml.problems, ...given.problems];
  // A file that is empty, or holds comments only, sets nothing.
  const counted = withCounts(yaml.value ?? {}, given.values);
  problems.push(...counted.problems);
  const raw = counted.value;
  const result = labFileSchema.safeParse(raw);
  const issues = result.error?.issues ?? [];
  problems.push(...issues.flatMap((issue) => issueProblems(issue, raw, yaml)));

  const lookup = lookupIn(raw, issues);
  const draft = draftLab(lookup, given.values);
  const place = askedRunsOn(lookup, given.values, draft.machines);
  // Without the file's machines, flags would be held against the default ones.
  if (yaml.value !== undefined || counted.added)
    problems.push(...crossChecks(draft, place).map((clash) => clashProblem(clash, yaml)));
  if (place === "hosts" && counted.added)
    problems.push({ text: "--masters and --slaves add no hosts: list them in the lab file" });
  if (result.success) problems.push(...placeProblems(place, result.data, given.values, draft.machines, yaml));
  if (problems.length > 0 || !result.success) throw problemsError(problems, source?.file ?? labFileName);

  return assemble(result.data, given.values, draft, fallbackProvider, place === "auto" ? auto : place);
}

/** The name that file and flags give the lab, whatever else is wrong or is said by flags of an earlier run. */
export function labName(source: LabSource | undefined, flags: LabFlags): string {
  const { name } = (readYaml(source?.text ?? "").value ?? {}) as { name?: unknown };
  const [given] = [flags.name, name].filter((one) => fields.name.safeParse(one).success);
  return typeof given === "string" ? given : defaultName;
}

/** What the file and the flags say of where the lab runs, and which of them can only mean virtual machines. */
export interface AskedPlace {
  readonly runsOn: RunsOnName | "auto";
  readonly needsMachines: readonly string[];
}

/** @throws LabError as `parseLab` */
export function askedPlace(source: LabSource | undefined, flags: LabFlags): AskedPlace {
  parseLab(source, flags);
  const { values } = parseFlags(flags);
  const file = withCounts(readYaml(source?.text ?? "").value ?? {}, values).value as LabFile;
  const lookup = lookupIn(file, []);
  const { machines } = draftLab(lookup, values);
  return { runsOn: askedRunsOn(lookup, values, machines), needsMachines: needsMachines(file, values) };
}

function assemble(
  file: LabFile,
  flags: FlagValues,
  draft: Draft,
  provider: ProviderName,
  place: RunsOnName,
): Lab {
  const stack = place === "vagrant" ? (flags.stack ?? file.stack ?? defaultStack) : otherStack;
  const { from, ...ownImages } = file.images ?? {};
  const registry = flags.registry ?? file.registry;
  const zk = flags.mesos ?? file.mesos?.zk;
  return {
    name: flags.name ?? file.name ?? defaultName,
    stack,
    runs: askedRuns(place, file, flags, { provider, stack }),
    ...(zk !== undefined && { mesos: { zk } }),
    machines: (file.machines ?? usualMachines(zk !== undefined)).map((machine, index) => {
      const services = draft.machines?.[index]?.services.map(({ value }) => value) ?? machine.services;
      return {
        name: machine.name,
        ip: draft.machines?.[index]?.ip?.value ?? machine.ip,
        memory: flags.memory ?? machine.memory ?? defaultMemory(place, stack, services),
        cpus: flags.cpus ?? machine.cpus ?? defaultCpus,
        services,
      };
    }),
    images: { ...imagesOf(stack, zk !== undefined), ...defined(ownImages) },
    ports: {
      ...defaultPorts,
      ...defined(file.ports ?? {}),
      marathonLb: draft.ports.marathonLb?.value ?? defaultPorts.marathonLb,
    },
    ...(registry !== undefined && { registry }),
    ...((flags.imagesFrom ?? from) === "machines" && { imagesFrom: "machines" as const }),
  };
}
