import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Ran } from "../../helpers/workshop/lab.ts";

/** The tool, loaded once for many commands in one folder; started anew after a command that ended it. */
export interface ResidentTool {
  run(words: readonly string[]): Promise<Ran>;
  close(): void;
}

/** Longer than any of these commands takes on any host; what takes longer hangs. */
const limitMs = 15 * 60_000;

export function residentTool(cli: string, folder: string): ResidentTool {
  let child: ChildProcess | undefined;
  const start = () => {
    const program = new URL("resident.ts", import.meta.url).pathname;
    const execArgv = ["--import", import.meta.resolve("tsx")];
    return fork(program, [cli], { cwd: folder, execArgv, stdio: ["ignore", "ignore", "pipe", "ipc"] });
  };
  return {
    run: async (words) => {
      child ??= start();
      const running = child;
      let raw = "";
      const hear = (text: unknown) => {
        raw += String(text);
      };
      running.stderr?.on("data", hear);
      const over = new AbortController();
      const { signal } = over;
      const late = setTimeout(() => running.kill("SIGKILL"), limitMs);
      const answered = once(running, "message", { signal }).then(([ran]) => ran as Ran);
      const ended = once(running, "close", { signal }).then(([exitCode, by]): Ran => {
        child = undefined;
        return { exitCode: exitCode ?? null, signal: by, stdout: "", stderr: `ended the program: ${raw}` };
      });
      running.send(words);
      const ran = await Promise.race([answered, ended]);
      clearTimeout(late);
      over.abort();
      for (const each of [answered, ended]) each.catch(() => undefined);
      running.stderr?.off("data", hear);
      return ran;
    },
    close: () => child?.disconnect(),
  };
}
