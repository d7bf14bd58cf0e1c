import type { Entry } from "../../lab/catalogue/container.ts";
import { entriesOf } from "../../lab/catalogue/index.ts";
import { type Lab, machinesWith, type ServiceName } from "../../lab/model.ts";
import { groupName } from "../../render/container-task.ts";
import { serviceTaskNames, waitedFor } from "../../render/playbook.ts";
import { allServices, type Playbook, playbooks, servicePlaybooks } from "../../render/site.ts";
import { type AnsibleTask, parseAnsibleLine } from "../../tools/ansible.ts";
import { splitMessage } from "./known-failures.ts";
import { newPart, type Part } from "./part.ts";

export interface TaskFailure {
  readonly machine: string;
  readonly task: string;
  readonly message: string;
}

/** What Ansible has told so far while it runs `site.yml`. */
export interface Followed {
  hear(text: string): void;
  /** The line of a playbook or a service. */
  part(name: string): Part;
  /** Whether a failed task was one of its own; where no task failed, whether it was the first to be unfinished. */
  isToBlame(name: string): boolean;
  /** The containers that may be why: those that were waited for, else those of the failed tasks' service. */
  suspects(): readonly Entry[];
  readonly failures: readonly TaskFailure[];
  /** What the playbooks themselves advise. */
  readonly remedies: ReadonlySet<string>;
  /** The machines that Ansible names at its end. */
  readonly reached: ReadonlySet<string>;
  readonly warnings: ReadonlySet<string>;
}

/** @param untilReady as in `SetUp` */
export function followSite(lab: Lab, untilReady = true): Followed {
  const services = servicePlaybooks(lab);
  const run = playbooks(lab, untilReady);
  const inOrder = run.flatMap((each): readonly Playbook[] => (each === allServices ? services : [each]));
  const parts = new Map(inOrder.map(({ name }) => [name, newPart()]));
  const serviceTasks = serviceTaskNames(lab);
  /** Where the last task of a service has ended. */
  const ended = new Map<ServiceName, Set<string>>();
  const unfinished = new Set(parts.keys());
  const failures: TaskFailure[] = [];
  /** By the names of playbooks and services. */
  const failed = new Set<string>();
  const remedies = new Set<string>();
  const reached = new Set<string>();
  const warnings = new Set<string>();
  let current: Playbook | undefined;
  let task: AnsibleTask = { name: "", role: undefined };

  const finish = (name: string) => {
    const part = parts.get(name);
    // After a failure the other machines go on, with the next plays too.
    if (part === undefined || failed.has(name)) return;
    unfinished.delete(name);
    part.finish();
  };

  const serviceOf = ({ name, role }: AnsibleTask) =>
    serviceTasks.get(name)?.service ?? services.find(({ service }) => groupName(service) === role)?.service;

  /** The name of the line that a task belongs to; empty for none. */
  const ownerOf = (each: AnsibleTask): string =>
    (current === allServices ? serviceOf(each) : current?.name) ?? "";

  const onPlay = (title: string) => {
    for (const each of current === allServices ? services : current === undefined ? [] : [current])
      finish(each.name);
    current = run.find((each) => each.title === title);
  };

  const onStart = (machine: string, started: AnsibleTask) => {
    const service = serviceOf(started);
    // A machine without the service only passes its tasks.
    const all = service === undefined ? [] : machinesWith(lab, service).map(({ name }) => name);
    if (current !== allServices || !all.includes(machine)) return;
    parts.get(ownerOf(started))?.tell(all.length > 1 ? `${machine}: ${started.name}` : started.name);
  };

  const onResult = (machine: string, status: string) => {
    if (status === "changed") parts.get(ownerOf(task))?.countChange();
    const known = current === allServices ? serviceTasks.get(task.name) : undefined;
    if (!known?.last) return;
    const there = ended.get(known.service) ?? new Set();
    ended.set(known.service, there.add(machine));
    if (machinesWith(lab, known.service).every(({ name }) => there.has(name))) finish(known.service);
  };

  const onFailure = (machine: string, text: string) => {
    const { said, remedies: own } = splitMessage(text);
    failures.push({ machine, task: task.name, message: said });
    const owner = ownerOf(task);
    if (parts.has(owner)) failed.add(owner);
    for (const remedy of own) remedies.add(remedy);
  };

  return {
    failures,
    remedies,
    reached,
    warnings,
    part: (name) => parts.get(name) as Part,
    isToBlame: (name) => (failed.size > 0 ? failed.has(name) : [...unfinished][0] === name),
    hear(text) {
      const news = parseAnsibleLine(text);
      if (news?.kind === "play") onPlay(news.name);
      else if (news?.kind === "start") onStart(news.machine, news);
      else if (news?.kind === "failure") onFailure(news.machine, news.message);
      else if (news?.kind === "recap") reached.add(news.machine);
      else if (news?.kind === "warning") warnings.add(news.message);
      else if (news?.kind === "result") onResult(news.machine, news.status);
      else if (news?.kind === "task") {
        task = news;
        if (current !== allServices) parts.get(ownerOf(task))?.tell(task.name);
      }
    },
    suspects() {
      const machines = new Set(failures.map(({ machine }) => machine));
      const waited = [...new Set(failures.map((failure) => failure.task))].flatMap((name) =>
        waitedFor(lab, name),
      );
      const own = services.flatMap(({ service }) => (failed.has(service) ? entriesOf(lab, service) : []));
      const there = (waited.length > 0 ? waited : own).filter(({ machine }) => machines.has(machine.name));
      // One machine may wait for a service of another.
      return there.length > 0 ? there : waited;
    },
  };
}
