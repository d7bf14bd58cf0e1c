import { exitCodes, LabError } from "../../errors.ts";
import type { Entry } from "../../lab/catalogue/container.ts";
import { entriesOf } from "../../lab/catalogue/index.ts";
import { waitedFor } from "../../render/playbook.ts";
import { playbooks } from "../../render/site.ts";
import { type AnsibleLine, ansiblePlaybook, parseAnsibleLine } from "../../tools/ansible.ts";
import { type Command, pretty, run as runCommand } from "../../tools/exec.ts";
import { line, lineOf, type Task } from "../../ui/tasks.ts";
import { type LastLines, lastWords } from "../last-words.ts";
import type { Fleet, FleetRun } from "./fleet.ts";
import { explain, splitMessage } from "./known-failures.ts";

/** A way to run `site.yml`. */
export interface Site {
  readonly command: Command;
  readonly heldInput?: string;
  /** The same by hand, ready to be pasted. */
  readonly byHand: string;
  /** The machine on which it runs, where that is not this host. */
  readonly inside?: string;
}

export function siteOnHost({ folder }: Fleet): Site {
  const command = ansiblePlaybook(folder.path);
  return { command, byHand: pretty(command) };
}

/**
 * Runs `site.yml` once; one line a playbook, in which the running Ansible task is shown.
 * @param site is asked when the machines are ready.
 */
export function provision(run: FleetRun, lastLines: LastLines, site: () => Site): Task {
  return {
    title: "Set the machines up with Ansible",
    task: (_, task) => {
      const followed = sitePlaybookFollowed(run, lastLines, site());
      return task.newListr(
        playbooks(run.lab).map(({ name, title }) =>
          line(lineOf(run, "provision", title, name), (say) => followed.play(title, say)),
        ),
      );
    },
  };
}

/** The tasks of one play so far. */
interface Play {
  ok: number;
  changed: number;
  readonly over: Promise<void>;
  finish(): void;
  tell(text: string): void;
  /** Hears the newest news at once: a play's first task begins before its line does. */
  listen(say: (text: string) => void): void;
}

function sitePlaybookFollowed(run: FleetRun, lastLines: LastLines, site: Site) {
  const logFile = run.folder.freshLog("provision");
  const plays = new Map(playbooks(run.lab).map(({ title }) => [title, newPlay()]));
  let current: Play | undefined;
  let task = "";
  const failures: { readonly machine: string; readonly task: string; readonly message: string }[] = [];
  const ownRemedies = new Set<string>();
  const reached = new Set<string>();
  const warnings = new Set<string>();

  const onNews = (news: AnsibleLine) => {
    if (news.kind === "play") {
      current?.finish();
      current = plays.get(news.name);
    } else if (news.kind === "task") {
      task = news.name;
      current?.tell(task);
    } else if (news.kind === "failure") {
      const { said, remedies } = splitMessage(news.message);
      failures.push({ machine: news.machine, task, message: said });
      for (const remedy of remedies) ownRemedies.add(remedy);
    } else if (news.kind === "recap") {
      reached.add(news.machine);
    } else if (news.kind === "warning") {
      warnings.add(news.message);
    } else if (news.kind === "result" && current) {
      if (news.status === "ok") current.ok += 1;
      if (news.status === "changed") current.changed += 1;
    }
  };
  const ended = runCommand(site.command, {
    signal: run.signal,
    logFile,
    heldInput: site.heldInput,
    onLine: (text) => {
      const news = parseAnsibleLine(text);
      if (news) onNews(news);
    },
  }).then(everyMachine, async (error: unknown) => {
    if (!(error instanceof LabError) || error.exitCode !== exitCodes.tool) throw error;
    const [first] = failures;
    // Without a failed task Ansible did not get so far: its own words are all there is.
    if (first === undefined) throw notStarted(error, site);
    const told = failures.map((each) => `${each.machine}: ${each.task}: ${each.message}`);
    throw new LabError(
      "ansible-task-failed",
      `Ansible could not finish "${first.task}" on ${first.machine}`,
      {
        details: [...told, ...(await lastWords(lastLines, suspects(), run.signal)), `log: ${logFile}`],
        // A playbook that says itself what helps knows better than what its words resemble.
        remedy: [...(ownRemedies.size > 0 ? ownRemedies : explain(told.join("\n"))), site.byHand],
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

  /** The containers that may be why: those that were waited for, else those of the play's service. */
  function suspects(): readonly Entry[] {
    const failed = new Set(failures.map(({ machine }) => machine));
    const waited = [...new Set(failures.map((failure) => failure.task))].flatMap((name) =>
      waitedFor(run.lab, name),
    );
    const service = playbooks(run.lab).find((each) => plays.get(each.title) === current)?.service;
    const own = service === undefined ? [] : entriesOf(run.lab, service);
    const there = (waited.length > 0 ? waited : own).filter(({ machine }) => failed.has(machine.name));
    // One machine may wait for a service of another.
    return there.length > 0 ? there : waited;
  }

  return {
    async play(title: string, say: (text: string) => void): Promise<string> {
      const play = plays.get(title) as Play;
      play.listen(say);
      await Promise.race([play.over, ended]);
      return play.changed === 0 ? "nothing to change" : `${play.changed} changed`;
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

function newPlay(): Play {
  let finish = () => {};
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let newest: string | undefined;
  let listener: ((text: string) => void) | undefined;
  return {
    ok: 0,
    changed: 0,
    over,
    finish,
    tell(text) {
      newest = text;
      listener?.(text);
    },
    listen(say) {
      listener = say;
      if (newest !== undefined) say(newest);
    },
  };
}
