import { exitCodes, LabError } from "../errors.ts";
import { playbooks } from "../render/lab.ts";
import { type AnsibleLine, ansiblePlaybook, parseAnsibleLine } from "../tools/ansible.ts";
import { pretty, run as runCommand } from "../tools/exec.ts";
import { line, type Task } from "../ui/tasks.ts";
import { explain, splitMessage } from "./explain.ts";
import { lineOf, type Run } from "./run.ts";

/** Runs `site.yml` once; one line a playbook, in which the running Ansible task is shown. */
export function provision(run: Run): Task {
  return {
    title: "Set the machines up with Ansible",
    task: (_, task) => {
      const site = sitePlaybookFollowed(run);
      return task.newListr(
        playbooks(run.lab).map(({ name, title }) =>
          line(lineOf(run, "provision", title, name), (say) => site.play(title, say)),
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
  say(text: string): void;
}

function sitePlaybookFollowed(run: Run) {
  const logFile = run.folder.freshLog("provision");
  const plays = new Map(playbooks(run.lab).map(({ title }) => [title, newPlay()]));
  let current: Play | undefined;
  let task = "";
  const failures: string[] = [];
  const ownRemedies = new Set<string>();

  const onNews = (news: AnsibleLine) => {
    if (news.kind === "play") {
      current?.finish();
      current = plays.get(news.name);
    } else if (news.kind === "task") {
      task = news.name;
      current?.say(task);
    } else if (news.kind === "failure") {
      const { said, remedies } = splitMessage(news.message);
      failures.push(`${news.machine}: ${task}: ${said}`);
      for (const remedy of remedies) ownRemedies.add(remedy);
    } else if (news.kind === "result" && current) {
      if (news.status === "ok") current.ok += 1;
      if (news.status === "changed") current.changed += 1;
    }
  };
  const command = ansiblePlaybook(run.folder.path);
  const ended = runCommand(command, {
    signal: run.signal,
    logFile,
    onLine: (text) => {
      const news = parseAnsibleLine(text);
      if (news) onNews(news);
    },
  }).catch((error: unknown) => {
    if (!(error instanceof LabError) || error.exitCode !== exitCodes.tool) throw error;
    throw new LabError(`Ansible could not finish${failures.length > 0 ? ` "${task}"` : ""}`, {
      exitCode: exitCodes.tool,
      details: [...(failures.length > 0 ? failures : error.details), `log: ${logFile}`],
      // A playbook that says itself what helps knows better than what its words resemble.
      remedy: [...(ownRemedies.size > 0 ? ownRemedies : explain(failures.join("\n"))), pretty(command)],
      cause: error,
    });
  });
  ended.catch(() => undefined);

  return {
    async play(title: string, say: (text: string) => void): Promise<string> {
      const play = plays.get(title) as Play;
      play.say = say;
      await Promise.race([play.over, ended]);
      return play.changed === 0 ? "nothing to change" : `${play.changed} changed`;
    },
  };
}

function newPlay(): Play {
  let finish = () => {};
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { ok: 0, changed: 0, over, finish, say: () => {} };
}
