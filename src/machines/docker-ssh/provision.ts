import { exitCodes, LabError } from "../../errors.ts";
import {
  allServices,
  type Playbook,
  playbooks,
  servicePlaybooks,
  withoutWaiting,
} from "../../render/site.ts";
import { ansiblePlaybook, tellStarts } from "../../tools/ansible.ts";
import { type Command, pretty, run as runCommand } from "../../tools/exec.ts";
import { line, lineOf, type Task } from "../../ui/tasks.ts";
import { type LastLines, lastWords } from "../last-words.ts";
import type { SetUp } from "../machines.ts";
import { endAnsible, ownAnsible } from "./ansible-at-work.ts";
import type { FleetRun } from "./fleet.ts";
import { followSite } from "./follow.ts";
import { explain } from "./known-failures.ts";

/** A way to run `site.yml`. */
export interface Site {
  readonly command: Command;
  readonly heldInput?: string;
  /** The same by hand, ready to be pasted. */
  readonly byHand: string;
  /** The machine on which it runs, where that is not this host. */
  readonly inside?: string;
}

/** A run of `site.yml`; `untilReady` as in `SetUp`. */
export type SiteRun = FleetRun & Pick<SetUp, "untilReady">;

export function siteOnHost({ folder, untilReady }: SiteRun): Site {
  const command = ansiblePlaybook(folder.path);
  const env = { ...command.env, ...whileWatched(untilReady), ...ownAnsible(folder) };
  return { command: { ...command, env }, byHand: pretty(command) };
}

/** What Ansible's environment has besides while the tool reads its output. */
export function whileWatched(untilReady: boolean): Readonly<Record<string, string>> {
  return { ...tellStarts, ...(untilReady ? {} : withoutWaiting) };
}

/**
 * Runs `site.yml` once; a line for each playbook and each service, in which the running task of Ansible is shown.
 * @param site is asked when the machines are ready.
 */
export function provision(run: SiteRun, lastLines: LastLines, site: () => Site): Task {
  return {
    title: "Set the machines up with Ansible",
    task: (_, task) => {
      const ansible = runSite(run, lastLines, site());
      const lineFor = ({ name, title }: Playbook) =>
        line(lineOf(run, "provision", title, name), (say) => ansible.until(name, say));
      return task.newListr(
        playbooks(run.lab, run.untilReady).map((each) =>
          each === allServices
            ? {
                title: each.title,
                task: (_, services) =>
                  services.newListr(servicePlaybooks(run.lab).map(lineFor), { concurrent: true }),
              }
            : lineFor(each),
        ),
      );
    },
  };
}

function runSite(run: SiteRun, lastLines: LastLines, site: Site) {
  const logFile = run.folder.freshLog("provision");
  const followed = followSite(run.lab, run.untilReady);
  const { failures, reached, warnings, remedies } = followed;
  const { command, heldInput } = site;
  const options = { signal: run.signal, logFile, heldInput, onLine: followed.hear };
  // Two of them would make the same containers.
  const alone = endAnsible(run.folder);
  const ended = alone
    .then(() => runCommand(command, options))
    .then(everyMachine, async (error: unknown) => {
      if (!(error instanceof LabError) || error.exitCode !== exitCodes.tool) throw error;
      const [first] = failures;
      // Without a failed task Ansible did not get so far: its own words are all there is.
      if (first === undefined) throw notStarted(error, site);
      const told = failures.map((each) => `${each.machine}: ${each.task}: ${each.message}`);
      throw new LabError(
        "ansible-task-failed",
        `Ansible could not finish "${first.task}" on ${first.machine}`,
        {
          details: [
            ...told,
            ...(await lastWords(lastLines, followed.suspects(), run.signal)),
            `log: ${logFile}`,
          ],
          // A playbook that says itself what helps knows better than what its words resemble.
          remedy: [...(remedies.size > 0 ? remedies : explain(told.join("\n"))), site.byHand],
          cause: error,
        },
      );
    });
  ended.catch(() => undefined);

  /** To Ansible a playbook that finds no machine is no failure. */
  function everyMachine(): void {
    const left = run.lab.machines.filter(({ name }) => !reached.has(name)).map(({ name }) => name);
    if (left.length === 0) return;
    const none = left.length === run.lab.machines.length;
    throw new LabError(
      "ansible-left-machines-out",
      none ? "Ansible ran on none of the machines" : `Ansible did not run on ${left.join(", ")}`,
      {
        details: [
          `it ended as if all were well, and does not name ${none ? "one of them" : "that"} at the end`,
          ...[...warnings].slice(0, 3).map((message) => `it warned: ${message}`),
          `log: ${logFile}`,
        ],
        remedy: [...explain([...warnings].join("\n")), site.byHand],
      },
    );
  }

  return {
    /** Resolves when a playbook or a service is set up. Of several at once, only those that failed tell the failure. */
    async until(name: string, say: (text: string) => void): Promise<string> {
      const part = followed.part(name);
      part.listen(say);
      try {
        await Promise.race([part.over, ended]);
      } catch (error) {
        if (followed.isToBlame(name)) throw error;
        return "left unfinished";
      }
      return part.changed === 0 ? "nothing to change" : `${part.changed} changed`;
    },
  };
}

function notStarted({ message, details, cause }: LabError, { inside, byHand }: Site): LabError {
  return new LabError(
    "ansible-failed",
    inside === undefined ? message : `Ansible could not run the playbooks on ${inside}`,
    {
      details,
      remedy: [...explain(details.join("\n")), byHand],
      cause,
    },
  );
}
