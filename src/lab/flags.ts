import type { z } from "zod";
import type { DiscoveryName } from "./model.ts";
import { type Problem, printable } from "./problems.ts";
import { fields } from "./schema.ts";

/** Flags that override the lab file, as the command line gives them. */
export interface LabFlags {
  readonly name?: string | undefined;
  /** auto, vagrant, hosts or embedded. */
  readonly runsOn?: string | undefined;
  readonly stack?: string | undefined;
  readonly provider?: string | undefined;
  /** Replaces the file's whole `box`: a version or URL belongs to one box only. */
  readonly box?: string | undefined;
  readonly boxVersion?: string | undefined;
  readonly boxUrl?: string | undefined;
  /** Of every machine, MiB. */
  readonly memory?: string | undefined;
  /** Of every machine. */
  readonly cpus?: string | undefined;
  /** How many: 1, 3 or 5. */
  readonly masters?: string | undefined;
  /** How many. */
  readonly slaves?: string | undefined;
  /** Of the first machine that runs mesos-master. */
  readonly masterIp?: string | undefined;
  /** Of the first machine that runs mesos-slave. */
  readonly slaveIp?: string | undefined;
  /** URL of a mirror of Docker Hub. */
  readonly registry?: string | undefined;
  /** host or machines. */
  readonly imagesFrom?: string | undefined;
  readonly shared?: boolean | undefined;
  /** zk:// URL of a Mesos that the lab joins. */
  readonly mesos?: string | undefined;
  /** Replaces the file's whole list. */
  readonly discovery?: readonly string[] | undefined;
}

const specs = {
  name: { flag: "--name", field: fields.name },
  runsOn: { flag: "--runs-on", field: fields.runsOn },
  stack: { flag: "--stack", field: fields.stack },
  provider: { flag: "--provider", field: fields.provider },
  box: { flag: "--box", field: fields.boxName },
  boxVersion: { flag: "--box-version", field: fields.boxVersion },
  boxUrl: { flag: "--box-url", field: fields.boxUrl },
  memory: { flag: "--memory", field: fields.memory },
  cpus: { flag: "--cpus", field: fields.cpus },
  masters: { flag: "--masters", field: fields.masters },
  slaves: { flag: "--slaves", field: fields.slaves },
  masterIp: { flag: "--master-ip", field: fields.ip },
  slaveIp: { flag: "--slave-ip", field: fields.ip },
  registry: { flag: "--registry", field: fields.registry },
  imagesFrom: { flag: "--images-from", field: fields.imagesFrom },
  shared: { flag: "--shared", field: fields.shared },
  mesos: { flag: "--mesos", field: fields.mesosZk },
  discovery: { flag: "--discovery", field: fields.discoveryName },
} as const;

type Flag = keyof typeof specs;

const numbers: ReadonlySet<unknown> = new Set([fields.memory, fields.cpus, fields.masters, fields.slaves]);

/** The names of all of them. */
export const labFlagNames = Object.keys(specs) as readonly Flag[];

/** The flags given; a wrong one is there without its value, so that it still hides what it overrides. */
export type FlagValues = {
  readonly [F in Exclude<Flag, "discovery">]?: z.infer<(typeof specs)[F]["field"]> | undefined;
} & { readonly discovery?: readonly DiscoveryName[] | undefined };

export function parseFlags(flags: LabFlags): { values: FlagValues; problems: Problem[] } {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  const read = (name: Flag, given: string | boolean): unknown => {
    const { field } = specs[name];
    const numeric = numbers.has(field);
    // Digits only: Number() would also take 0x10, 1e3 and blanks.
    const result = field.safeParse(numeric && /^\d+$/.test(String(given)) ? Number(given) : given);
    const rule = result.error?.issues[0]?.message;
    if (rule !== undefined) problems.push({ text: `${flagText(name, String(given))}: ${rule}` });
    return result.success ? result.data : undefined;
  };
  for (const name of labFlagNames) {
    const given = flags[name];
    if (given === undefined) continue;
    if (typeof given !== "object") values[name] = read(name, given);
    else {
      const known = given.map((each) => read(name, each)).filter((each) => each !== undefined);
      values[name] = known.length === given.length ? known : undefined;
    }
  }
  return { values: values as FlagValues, problems };
}

/** `--memory 12x` */
export function flagText(flag: Flag, value: string): string {
  const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return `${specs[flag].flag} ${shown === "" ? '""' : printable(shown)}`;
}
