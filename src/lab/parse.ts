import { defaultPorts, imagesOf } from "./catalogue/index.ts";
import { type Clash, crossChecks } from "./cross-checks.ts";
import {
  defaultBox,
  defaultCpus,
  defaultMachines,
  defaultMemory,
  defaultName,
  defaultProvider,
  defaultRunsOn,
  defaultStack,
  embeddedStack,
  labFileName,
} from "./defaults.ts";
import { type Draft, draftLab } from "./draft.ts";
import { type FlagValues, type LabFlags, parseFlags } from "./flags.ts";
import { issueProblems, lookupIn } from "./issues.ts";
import type { Box, Lab, ProviderName, Runs, RunsOnName } from "./model.ts";
import { type Problem, problemsError, valueText } from "./problems.ts";
import { type LabFile, labFileSchema } from "./schema.ts";
import { readYaml, type YamlSource } from "./yaml-source.ts";

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
  const raw = yaml.value ?? {};
  const result = labFileSchema.safeParse(raw);
  const issues = result.error?.issues ?? [];
  problems.push(...issues.flatMap((issue) => issueProblems(issue, raw, yaml)));

  const draft = draftLab(lookupIn(raw, issues), given.values);
  // Without the file's machines, flags would be held against the default ones.
  if (yaml.value !== undefined)
    problems.push(...crossChecks(draft).map((clash) => clashProblem(clash, yaml)));
  if (result.success) problems.push(...placeProblems(result.data, given.values, draft.machines, yaml));
  if (problems.length > 0 || !result.success) throw problemsError(problems, source?.file ?? labFileName);

  return assemble(result.data, given.values, draft, fallbackProvider, auto);
}

/** What the file and the flags say of where the lab runs, and which of them can only mean machines. */
export interface AskedPlace {
  readonly runsOn: RunsOnName | "auto";
  readonly needsMachines: readonly string[];
}

/** @throws LabError as `parseLab` */
export function askedPlace(source: LabSource | undefined, flags: LabFlags): AskedPlace {
  parseLab(source, flags);
  const file = (readYaml(source?.text ?? "").value ?? {}) as LabFile;
  const { values } = parseFlags(flags);
  const lookup = draftLab((path) => lookupIn(file, [])(path), values);
  const needs = {
    "the stack classic": (values.stack ?? file.stack) === "classic",
    "a provider": (values.provider ?? file.provider) !== undefined,
    "a box": values.box !== undefined || values.boxUrl !== undefined || file.box !== undefined,
  };
  return {
    runsOn: askedIn(file, values, lookup.machines),
    needsMachines: Object.entries(needs).flatMap(([what, asked]) => (asked ? [what] : [])),
  };
}

type Machines = Draft["machines"];

function askedIn(file: LabFile, flags: FlagValues, machines: Machines): RunsOnName | "auto" {
  const asked = flags.runsOn ?? file.runsOn ?? defaultRunsOn;
  return asked === "auto" && machines?.some(({ ip }) => isLoopback(ip?.value)) ? "embedded" : asked;
}

function isLoopback(ip: string | undefined): boolean {
  return ip?.startsWith("127.") ?? false;
}

/** What does not go with where the lab runs. */
function placeProblems(file: LabFile, flags: FlagValues, machines: Machines, yaml: YamlSource): Problem[] {
  const place = askedIn(file, flags, machines);
  if (place === "vagrant")
    return (machines ?? []).flatMap(({ ip }) =>
      ip !== undefined && isLoopback(ip.value)
        ? [clashProblem({ at: ip, text: "is a loopback address, which a virtual machine cannot have" }, yaml)]
        : [],
    );
  if (place === "auto" || (flags.stack ?? file.stack) !== "classic") return [];
  const why = "an embedded lab has no machines for the tutorial's images: its stack is rehearsal";
  if (flags.stack !== undefined) return [{ text: `--stack classic: ${why}` }];
  return [{ position: yaml.position(["stack"]), text: `stack "classic": ${why}` }];
}

function assemble(
  file: LabFile,
  flags: FlagValues,
  draft: Draft,
  fallbackProvider: ProviderName,
  auto: RunsOnName,
): Lab {
  const asked = askedIn(file, flags, draft.machines);
  const place = asked === "auto" ? auto : asked;
  const stack = place === "embedded" ? embeddedStack : (flags.stack ?? file.stack ?? defaultStack);
  const provider = flags.provider ?? file.provider ?? fallbackProvider;
  const { from, ...ownImages } = file.images ?? {};
  const registry = flags.registry ?? file.registry;
  const machines: Runs = {
    kind: "vagrant",
    provider,
    box: chooseBox(file.box, flags, defaultBox(stack, provider)),
    ...(file.emulation === undefined ? {} : { emulation: file.emulation }),
    ...(file.bootTimeout === undefined ? {} : { bootTimeout: file.bootTimeout }),
  };
  return {
    name: flags.name ?? file.name ?? defaultName,
    stack,
    runs: place === "embedded" ? { kind: place } : machines,
    machines: (file.machines ?? defaultMachines).map((machine, index) => ({
      name: machine.name,
      ip: draft.machines?.[index]?.ip?.value ?? machine.ip,
      memory: flags.memory ?? machine.memory ?? defaultMemory,
      cpus: flags.cpus ?? machine.cpus ?? defaultCpus,
      services: draft.machines?.[index]?.services.map(({ value }) => value) ?? machine.services,
    })),
    images: { ...imagesOf(stack), ...defined(ownImages) },
    ports: {
      ...defaultPorts,
      ...defined(file.ports ?? {}),
      marathonLb: draft.ports.marathonLb?.value ?? defaultPorts.marathonLb,
    },
    ...(registry !== undefined && { registry }),
    ...((flags.imagesFrom ?? from) === "machines" && { imagesFrom: "machines" as const }),
  };
}

/** A version or URL is one box's: whoever names a box drops those of the box it replaces. */
function chooseBox(file: LabFile["box"], flags: FlagValues, fallback: Box): Box {
  let box: Box =
    file?.name === undefined
      ? { ...fallback, ...defined(file ?? {}) }
      : { name: file.name, ...defined(file) };
  if (flags.box !== undefined) box = { name: flags.box };
  return { ...box, ...defined({ version: flags.boxVersion, url: flags.boxUrl }) };
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function clashProblem({ at, text }: Clash, yaml: YamlSource): Problem {
  if (at === undefined)
    return text.startsWith("--") ? { text } : { position: yaml.position(["machines"]), text };
  if (at.from === "flag") return { text: `${at.label}: ${text}` };
  return {
    position: yaml.position(at.path),
    text: `${at.label} ${valueText(at.value, yaml.written(at.path))} ${text}`,
  };
}
