import { readdir, readFile } from "node:fs/promises";
import { fromApi } from "../mesos/resources.ts";
import { isOver } from "./execution.ts";
import { executorName } from "./state-json.ts";
import type { AgentView } from "./view.ts";

/** As on every Linux: the clock in which /proc counts, and the size of a page. */
const ticksPerSecond = 100;
const pageBytes = 4_096;

/** `/monitor/statistics.json`: limits of what runs and, where it is a process group of this host, what it has used. */
export async function statisticsJson(agent: AgentView): Promise<object[]> {
  const live = [...agent.tasks.current.values()].filter((execution) => !isOver(execution));
  const used = await usageByGroup();
  return live.map((execution) => {
    const { scalars } = fromApi(execution.info.resources ?? []);
    return {
      framework_id: execution.frameworkId,
      executor_id: execution.info.task_id.value,
      executor_name: executorName(execution),
      source: execution.info.task_id.value,
      statistics: {
        timestamp: Date.now() / 1_000,
        cpus_limit: (scalars.cpus ?? 0) + 0.1,
        mem_limit_bytes: ((scalars.mem ?? 0) + 32) * 2 ** 20,
        ...used.get(execution.pid ?? 0),
      },
    };
  });
}

interface Usage {
  readonly cpus_user_time_secs: number;
  readonly cpus_system_time_secs: number;
  readonly mem_rss_bytes: number;
}

/** What the processes of each process group have used together; nothing where there is no /proc. */
async function usageByGroup(): Promise<ReadonlyMap<number, Usage>> {
  const found = new Map<number, Usage>();
  for (const name of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "latin1").catch(() => "");
    // Counted behind the name, which may hold blanks: the group is field 5, times are 14 and 15, the memory 24.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const field = (number: number) => Number(fields[number - 3] ?? 0);
    const before = found.get(field(5));
    found.set(field(5), {
      cpus_user_time_secs: (before?.cpus_user_time_secs ?? 0) + field(14) / ticksPerSecond,
      cpus_system_time_secs: (before?.cpus_system_time_secs ?? 0) + field(15) / ticksPerSecond,
      mem_rss_bytes: (before?.mem_rss_bytes ?? 0) + field(24) * pageBytes,
    });
  }
  return found;
}
