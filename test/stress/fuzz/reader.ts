import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program that answers each line with a line: one process for many labs. */
export interface Reader {
  /** @throws Error when the program has ended */
  ask(question: object): Promise<readonly string[]>;
  close(): Promise<void>;
}

export function startReader(program: string, script: URL): Reader {
  const child: ChildProcess = spawn(program, [script.pathname], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error("no pipes");
  const waiting: ((line: string | undefined) => void)[] = [];
  createInterface({ input: stdout }).on("line", (line) => waiting.shift()?.(line));
  const gone = () => {
    for (const answer of waiting.splice(0)) answer(undefined);
  };
  child.on("close", gone);
  stdin.on("error", gone);
  return {
    ask: async (question) => {
      const answer = new Promise<string | undefined>((resolve) => waiting.push(resolve));
      stdin.write(`${JSON.stringify(question)}\n`);
      const line = child.exitCode === null ? await answer : undefined;
      if (line === undefined) throw new Error(`${program} has ended`);
      return JSON.parse(line) as string[];
    },
    close: async () => {
      stdin.end();
      await ended;
    },
  };
}
