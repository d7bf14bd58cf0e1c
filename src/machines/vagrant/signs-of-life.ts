import { setTimeout as sleep } from "node:timers/promises";
import type { VagrantLab } from "../../lab/model.ts";
import { run } from "../../tools/exec.ts";
import { readIfThere } from "../../tools/files.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";

/** A lab of Vagrant's, and its folder. */
export interface Made {
  readonly lab: VagrantLab;
  readonly folder: LabFolder;
}

/** Between two looks at what the machines have used. */
const lookMs = 10_000;

/** Whether a machine of the lab uses its processor: one that boots does. What runs a machine has its id among its arguments. */
export async function areBooting({ lab, folder }: Made): Promise<boolean> {
  const ids = lab.machines
    .map(({ name }) =>
      readIfThere(folder.file(".vagrant", "machines", name, lab.runs.provider, "id"))?.trim(),
    )
    .filter((id): id is string => id !== undefined && id.length > 8);
  const before = await secondsUsed(ids);
  await sleep(lookMs);
  return (await secondsUsed(ids)) > before;
}

async function secondsUsed(ids: readonly string[]): Promise<number> {
  const { stdout } = await run(
    { file: "ps", args: ["-A", "-ww", "-o", "time=,args="] },
    { accept: "any", timeoutMs: 10_000 },
    // Where nothing can be seen, what Vagrant has said stands.
  ).catch(() => ({ stdout: "" }));
  return secondsIn(stdout, ids);
}

/** The processor time of the processes of these machines out of what `ps` prints, `[days-]hours:minutes:seconds` each. */
export function secondsIn(output: string, ids: readonly string[]): number {
  return output
    .split("\n")
    .filter((text) => ids.some((id) => text.includes(id)))
    .map((text) => {
      const [, days = "0", time = ""] = /^\s*(?:(\d+)-)?([\d:.]+)/.exec(text) ?? [];
      return time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
    })
    .reduce((sum, seconds) => sum + seconds, 0);
}
