import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../../errors.ts";
import { folderMark } from "./plan.ts";

const answerLimitMs = 15_000;
const removeLimitMs = 60_000;

/** Notes that containers of this lab may be there: others need not ask Docker for them, which takes its time. */
export function noteContainers(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(noteIn(folder), "");
}

/** Whether containers of this lab may be there. */
export function mayHaveContainers(folder: string): boolean {
  return existsSync(noteIn(folder));
}

function noteIn(folder: string): string {
  return join(folder, "docker");
}

/**
 * Removes the containers that carry all of these labels, the lab's folder among them; running ones are killed.
 * @returns how many there were.
 * @throws LabError `tool` when Docker does not answer.
 */
export async function removeContainers(marks: Readonly<Record<string, string>>): Promise<number> {
  return (await toContainers(marks, ["--all"], ["rm", "--force"])).length;
}

/**
 * Has Docker do something to the containers that carry all of these labels, the lab's folder among them.
 * @returns their ids.
 * @throws LabError `tool` when Docker does not answer.
 */
export async function toContainers(
  marks: Readonly<Record<string, string>>,
  which: readonly string[],
  verb: readonly string[],
): Promise<readonly string[]> {
  const folder = marks[folderMark] ?? "";
  if (!mayHaveContainers(folder)) return [];
  const { run } = await import("../../tools/exec.ts");
  const filters = Object.entries(marks).flatMap(([name, value]) => ["--filter", `label=${name}=${value}`]);
  try {
    const listed = { file: "docker", args: ["ps", ...which, "--quiet", ...filters] };
    const { stdout } = await run(listed, { timeoutMs: answerLimitMs, killAfterMs: 1_000 });
    const ids = stdout.split("\n").filter((id) => id !== "");
    if (ids.length > 0) await run({ file: "docker", args: [...verb, ...ids] }, { timeoutMs: removeLimitMs });
    return ids;
  } catch (cause) {
    throw new LabError(
      "docker-silent",
      "the lab has run containers, and Docker does not answer: they may still be there",
      {
        details: cause instanceof LabError ? [cause.message, ...cause.details] : [String(cause)],
        remedy: ["start Docker, and do this again", `or forget them: rm ${noteIn(folder)}`],
        cause,
      },
    );
  }
}
