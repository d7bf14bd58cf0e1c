import { defaultBox } from "./defaults.ts";
import type { FlagValues } from "./flags.ts";
import type { Box, HostsRuns, ProviderName, Runs, RunsOnName, SshAccess, StackName } from "./model.ts";
import type { LabFile } from "./schema.ts";

/** What a lab runs on, as the file and the flags describe it. */
export function askedRuns(
  kind: RunsOnName,
  file: LabFile,
  flags: FlagValues,
  { provider: fallback, stack }: { readonly provider: ProviderName; readonly stack: StackName },
): Runs {
  const shared = flags.shared ?? file.shared;
  if (kind === "embedded") return { kind, ...(shared && { shared }) };
  if (kind === "hosts") return askedHosts(file);
  const provider = flags.provider ?? file.provider ?? fallback;
  return {
    kind,
    provider,
    box: chooseBox(file.box, flags, defaultBox(stack, provider)),
    ...defined({ emulation: file.emulation, bootTimeout: file.bootTimeout }),
  };
}

function askedHosts({ machines = [], ssh: all, drills }: LabFile): HostsRuns {
  // An alias says it all; else what is said of one machine goes before what is said of all.
  const access = ({ ssh: own }: (typeof machines)[number]): SshAccess =>
    own?.alias === undefined ? defined({ ...all, ...own }) : { alias: own.alias };
  return {
    kind: "hosts",
    ssh: Object.fromEntries(machines.map((machine) => [machine.name, access(machine)])),
    reboot: drills?.reboot ?? false,
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

/** Without the keys that have no value. */
export function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
