import type { Finding } from "../../lab/finding.ts";
import { portNeeds } from "../../lab/machine-needs.ts";
import type { HostsLab, Machine } from "../../lab/model.ts";
import { template } from "../../render/files.ts";
import { type RunResult, run } from "../../tools/exec.ts";
import { readTemplates } from "../../tools/files.ts";
import { ssh, unattended } from "../../tools/ssh.ts";
import { clean } from "../../untrusted.ts";
import { broughtTo } from "../docker-ssh/brings.ts";
import { type HostFacts, readFacts } from "./facts.ts";
import { type HostFiles, reachOf, writeConfig } from "./files.ts";
import { refusesKey } from "./host-keys.ts";
import { contactFinding, contactLost, keyFinding } from "./no-contact.ts";

/** What was seen of a host: its facts, or why there are none. */
export interface Sight {
  readonly machine: Machine;
  readonly facts?: HostFacts;
  /** There where the host could not be looked at. */
  readonly lost?: Finding;
}

/** A host that is very slow, or very busy: its Python alone may need minutes. */
const lookMs = 300_000;

/** Looks at all hosts at once; changes nothing on them, and pins the keys of those that are met for the first time. */
export async function lookAtHosts(
  lab: HostsLab,
  files: HostFiles,
  signal: AbortSignal,
): Promise<readonly Sight[]> {
  writeConfig(lab, files);
  const sights = await Promise.all(lab.machines.map((machine) => lookAt(lab, files, machine, signal)));
  // From here on every key is held to.
  writeConfig(lab, files);
  return sights;
}

async function lookAt(
  lab: HostsLab,
  files: HostFiles,
  machine: Machine,
  signal: AbortSignal,
): Promise<Sight> {
  const templates = readTemplates();
  const wanted = {
    ...broughtTo(lab, machine),
    others: lab.machines
      .filter(({ name }) => name !== machine.name)
      .map((other) => ({ name: other.name, address: other.ip, port: firstPort(lab, other) })),
    facts: template(templates, "roles/machine_check/files/machine_facts.py"),
    wanted: { ports: portNeeds(lab, machine) },
  };
  const program = ["sh", "-c", template(templates, "hosts/run.sh"), "run", JSON.stringify(wanted)];
  const answer = await run(ssh(reachOf(lab, files, machine), program, unattended), {
    ...{ signal, timeoutMs: lookMs, accept: "any" },
    input: template(templates, "hosts/look.py"),
  }).catch((error: unknown) => contactLost(lab, machine, error));
  if ("level" in answer) return { machine, lost: answer };
  const facts = answer.exitCode === 0 ? readFacts(answer.stdout) : undefined;
  if (facts !== undefined && facts !== "no python") return { machine, facts };
  return { machine, lost: await whyNot(lab, files, machine, facts, answer, signal) };
}

/** One that the machine will listen on; before that it is refused, which is an answer too. */
export function firstPort(lab: HostsLab, machine: Machine): number {
  const [need] = portNeeds(lab, machine);
  if (need === undefined) throw new Error(`${machine.name} listens nowhere`);
  return need.port;
}

async function whyNot(
  lab: HostsLab,
  files: HostFiles,
  machine: Machine,
  facts: "no python" | undefined,
  { exitCode, stdout, stderr }: RunResult,
  signal: AbortSignal,
): Promise<Finding> {
  if (facts === "no python")
    return fault(
      machine,
      "has no Python 3 at /usr/bin/python3, which Ansible needs",
      "install python3 there",
    );
  if (refusesKey(stderr)) {
    const talking = ssh(reachOf(lab, files, machine), ["true"], [...unattended, "-v"]);
    const told = await run(talking, { signal, timeoutMs: lookMs, accept: "any" });
    return keyFinding(lab, machine, files.knownHosts, told.stderr);
  }
  if (exitCode === 255) return contactFinding(lab, machine, stderr);
  const said = clean(stderr.trim().split("\n").at(-1) || stdout || "nothing");
  return fault(machine, `could not be looked at: it said "${said}"`, "see what its shell prints at a login");
}

function fault({ name }: Machine, seen: string, remedy: string): Finding {
  return { level: "error", subject: name, seen: `${name} ${seen}`, remedy };
}
