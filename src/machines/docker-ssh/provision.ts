import { exitCodes, LabError } from "../../errors.ts";
import type { Entry } from "../../lab/catalogue/container.ts";
import { entriesOf } from "../../lab/catalogue/index.ts";
import { playbooks } from "../../render/lab.ts";
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
  }).catch(async (error: unknown) => {
    if (!(error instanceof LabError) || error.exitCode !== exitCodes.tool) throw error;
    const [first] = failures;
    // Without a failed task Ansible did not get so far: its own words are all there is.
    if (first === undefined) throw notStarted(error, site);
    const told = failures.map((each) => `${each.machine}: ${each.task}: ${each.message}`);
    throw new LabError(`Ansible could not finish "${first.task}" on ${first.machine}`, {
      exitCode: exitCodes.tool,
      details: [...told, ...(await lastWords(lastLines, suspects(), run.signal)), `log: ${logFile}`],
      // A playbook that says itself what helps knows better than what its words resemble.
      remedy: [...(ownRemedies.size > 0 ? ownRemedies : explain(told.join("\n"))), site.byHand],
      cause: error,
    });
  });
  ended.catch(() => undefined);

  function suspects(): readonly Entry[] {
    const service = playbooks(run.lab).find((each) => plays.get(each.title) === current)?.service;
    const failed = new Set(failures.map(({ machine }) => machine));
    return service === undefined
      ? []
      : entriesOf(run.lab, service).filter(({ machine }) => failed.has(machine.name));
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
  return new LabError(inside === undefined ? message : `Ansible could not run the playbooks on ${inside}`, {
    exitCode: exitCodes.tool,
    details,
    remedy: [...explain(details.join("\n")), byHand],
    cause,
  });
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
