import type { Verdict } from "../claims/verdict.ts";
import { machinesOf } from "../machines/index.ts";
import { runTasks } from "../ui/tasks.ts";
import { type Context, type LabOptions, madeLab } from "./context.ts";
import { claimsTask } from "./create/check-claims.ts";
import { printLab } from "./overview.ts";

/** `up`: starts the machines of a lab again and waits until every service is back. */
export async function up(options: LabOptions, context: Context): Promise<void> {
  const { lab, folder } = madeLab(options);
  await folder.locked(async () => {
    const machines = machinesOf(lab, folder);
    const running = await machines.running();
    let verdict: Verdict | undefined;
    const tasks = [
      machines.boot(context, { running, again: true, leaving: [] }),
      claimsTask(lab, context, machines.access, (found) => {
        verdict = found;
      }),
    ];
    await runTasks(tasks, context.display).finally(() => printLab(lab, verdict, context));
  });
}
