import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandRunner } from "../../../src/rehearsal/mesos-agent/command-runner.ts";
import { type Cluster, startCluster } from "../../helpers/cluster.ts";

/** Why there is no Python here, or undefined. */
function noPython(): string | undefined {
  try {
    execFileSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 8))"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "no Python 3.8";
  }
}

let cluster: Cluster;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "framework-"));
  cluster = await startCluster([commandRunner()]);
});
afterAll(async () => {
  await cluster?.close();
  await rm(folder, { recursive: true, force: true });
});

const missing = noPython();
const programs = [
  ["framework.ts", process.execPath, ["--import", "tsx", "docs/framework/framework.ts"]],
  ["framework.py", "python3", ["docs/framework/framework.py"]],
] as const;

describe("the framework of the lesson", () => {
  for (const [name, file, args] of programs)
    test.skipIf(file === "python3" && missing !== undefined)(
      `${name} runs its command, again when it fails, and ends itself (${missing ?? "Python is there"})`,
      async () => {
        const flag = join(folder, name);
        const command = `test -f ${flag} && exit 0; touch ${flag}; exit 3`;
        const child = spawn(file, [...args, new URL(cluster.master.url).host, command], {
          env: { ...process.env, TSX_DISABLE_CACHE: "1" },
        });
        const said = { out: "", err: "" };
        child.stdout.setEncoding("utf8").on("data", (text) => {
          said.out += text;
        });
        child.stderr.setEncoding("utf8").on("data", (text) => {
          said.err += text;
        });
        const [code] = await once(child, "close");
        expect([code, said.err]).toEqual([0, ""]);
        const [first, ...rest] = said.out.trimEnd().split("\n");
        expect(first).toMatch(/^subscribed as \S+-\d{4}$/);
        expect(rest.map((line) => line.replace(/^task-[0-9a-f-]{36} /, ""))).toEqual([
          "TASK_RUNNING ",
          "TASK_FAILED Command exited with status 3",
          "TASK_RUNNING ",
          "TASK_FINISHED Command exited with status 0",
        ]);
        const answer = await fetch(`${cluster.master.url}/state.json`);
        const state = (await answer.json()) as { completed_frameworks: { id: string }[] };
        const id = first?.slice("subscribed as ".length);
        expect(state.completed_frameworks.map((one) => one.id)).toContain(id);
      },
    );
});
