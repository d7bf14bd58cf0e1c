import { LabError } from "../../errors.ts";
import { type Finding, lacking, problemsOf } from "../../lab/finding.ts";
import type { HostsLab } from "../../lab/model.ts";
import { refuse } from "../../preflight/problem.ts";
import { ansibleFindings, sshFinding } from "../../preflight/programs.ts";
import { readIfThere, writeFiles } from "../../tools/files.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { archiveOf } from "../docker-ssh/archive.ts";
import { broughtTo } from "../docker-ssh/brings.ts";
import type { Examination, Examined } from "../machines.ts";
import { cargoOf } from "./cargo.ts";
import type { HostFacts } from "./facts.ts";
import { hostFiles, labMark, withPassingFiles } from "./files.ts";
import { unreachedFromHere } from "./from-here.ts";
import { pinnedKeys } from "./host-keys.ts";
import { judgeHost } from "./judge.ts";
import { lookAtHosts, type Sight } from "./look.ts";
import { planOf } from "./plan.ts";

interface Of {
  readonly lab: HostsLab;
  readonly folder: LabFolder;
}

/** Looks at this host and at all others. The keys of new ones are kept when it is known that the lab can be made. */
export async function examineHosts(
  of: Of,
  { wish, depth }: Examination,
  signal: AbortSignal,
): Promise<Examined> {
  if (wish === "guest") throw noGuest();
  const files = hostFiles(of.folder);
  const findings = await withPassingFiles(files, async (passing) => {
    const [ssh, ansible] = await Promise.all([sshFinding(signal), ansibleFindings(signal)]);
    const found = [
      ssh,
      ...ansible,
      ...(await judged(of, await lookAtHosts(of.lab, passing, signal), signal)),
    ];
    if (depth === "blocking" && problemsOf(found).length === 0)
      writeFiles(files.folder, [{ path: "known_hosts", contents: readIfThere(passing.knownHosts) ?? "" }]);
    return found;
  });
  return { findings, ansible: "host", notes: [] };
}

/** @throws LabError `preflight` with everything that is in the way. */
export async function planForHosts(of: Of, signal: AbortSignal): Promise<readonly string[]> {
  const files = hostFiles(of.folder);
  return withPassingFiles(files, async (passing) => {
    const sights = await lookAtHosts(of.lab, passing, signal);
    refuse(problemsOf(await judged(of, sights, signal)), "this lab cannot be made");
    const keys = pinnedKeys(readIfThere(passing.knownHosts) ?? "");
    return sights.flatMap((sight) =>
      planOf(of.lab, sight, keys.get(sight.machine.name) ?? [], labMark(files)),
    );
  });
}

async function judged(of: Of, sights: readonly Sight[], signal: AbortSignal): Promise<readonly Finding[]> {
  const { lab, folder } = of;
  const archive = await archiveOf(of);
  const cargo = await cargoOf(archive, labMark(hostFiles(folder)), signal);
  const away = new Set(sights.flatMap(({ machine, facts }) => (facts === undefined ? [machine.name] : [])));
  const seen = sights.filter((sight): sight is Seen => sight.facts !== undefined);
  return [
    ...sights.flatMap(({ machine, facts, lost }) => {
      if (facts === undefined) return lost ?? [];
      // That one which is away does not answer is told once.
      const unreached = facts.unreached.filter(({ name }) => !away.has(name));
      return judgeHost(lab, machine, { ...facts, unreached }, cargo);
    }),
    ...twice(seen),
    ...(archive === undefined ? withoutImages(lab, seen) : []),
    ...(await unreachedFromHere(
      lab,
      seen.map(({ machine }) => machine),
    )),
  ];
}

type Seen = Sight & { readonly facts: HostFacts };

/** Two names that lead to one host: to one system, which has booted once. */
export function twice(sights: readonly Pick<Seen, "machine" | "facts">[]): readonly Finding[] {
  return sights.flatMap(({ machine, facts }, index) => {
    const { machine_id, boot_id } = facts;
    const first = sights
      .slice(0, index)
      .find(({ facts: other }) => other.machine_id === machine_id && other.boot_id === boot_id);
    return first === undefined || machine_id === null || boot_id === null
      ? []
      : lacking(
          "error",
          machine.name,
          `${machine.name} is the same host as ${first.machine.name}`,
          "correct the way to one of them in the lab file",
        );
  });
}

function withoutImages(lab: HostsLab, sights: readonly Seen[]): readonly Finding[] {
  const needed = sights.some(({ machine, facts }) =>
    broughtTo(lab, machine).images.some((image) => !facts.images.includes(image)),
  );
  return needed
    ? [lacking("error", "images", "the rehearsal images have not been made", "npx mesos-lab images build")]
    : [];
}

function noGuest(): LabError {
  return new LabError(
    "keys-stay-here",
    "on hosts the playbooks run here: your keys are not given to any of them",
    {
      remedy: ["leave --ansible out", "install Ansible here: npx mesos-lab doctor --fix"],
    },
  );
}
