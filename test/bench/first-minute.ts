import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../src/tools/exec.ts";
import { workshopLab } from "../helpers/workshop/lab.ts";
import type { Workshop } from "../helpers/workshop/workshop.ts";
import { print } from "./figures.ts";
import { median, timed } from "./measures.ts";

const rounds = 5;
const root = new URL("../..", import.meta.url).pathname;

/**
 * A new user's first minute: the package is installed with an empty cache, and makes its first lab. Beside it the same with a
 * package that is empty, and a lab of the tool that is there already.
 */
export async function firstMinute(workshop: Workshop): Promise<void> {
  const folder = workshop.folder();
  const empty = join(folder, "empty");
  mkdirSync(empty);
  writeFileSync(join(empty, "package.json"), JSON.stringify({ name: "empty", version: "1.0.0" }));
  const [ours, theirs] = [await packed(root, folder), await packed(empty, folder)];
  const figures = { installs: [], creates: [], bareInstalls: [], bareCreates: [] } as Record<
    string,
    number[]
  >;
  const note = (what: string, ms: number) => figures[what]?.push(ms);
  for (let round = 0; round < rounds; round += 1) {
    const lab = workshopLab(workshop, "runsOn: embedded\n");
    note("installs", await timed(() => install(workshop.folder(), ours, lab.folder)));
    const tool = (...args: string[]) =>
      run({ file: "npx", args: ["--no-install", "mesos-lab", ...args], cwd: lab.folder, env }, limits);
    note("creates", await timed(() => tool("create")));
    await tool("destroy");
    note("bareInstalls", await timed(() => install(workshop.folder(), theirs, workshop.folder())));
    const known = workshopLab(workshop, "runsOn: embedded\n");
    note("bareCreates", await timed(() => known.run("create")));
    await known.run("destroy");
  }
  const sum = (one: string, other: string) =>
    (figures[one] ?? []).map((value, index) => value + (figures[other]?.[index] ?? Number.NaN));
  const [first, floor] = [sum("installs", "creates"), sum("bareInstalls", "bareCreates")];
  print("the first minute: npm install of the package with an empty cache, and create", figures, [
    ["npm install", `${Math.round(median(figures.installs ?? []))} ms`],
    ["the first create", `${Math.round(median(figures.creates ?? []))} ms`],
    ["both", `${Math.round(median(first))} ms`],
    ["npm install of an empty package, and a create without npm", `${Math.round(median(floor))} ms`],
    [
      "ratio, median of the rounds",
      median(first.map((value, index) => value / (floor[index] ?? 1))).toFixed(2),
    ],
  ]);
}

/** No news and no audit: they are no part of the installation. */
const env = { npm_config_update_notifier: "false", npm_config_audit: "false", npm_config_fund: "false" };
const limits = { timeoutMs: 5 * 60_000 };

/** @returns the tarball's path */
async function packed(folder: string, to: string): Promise<string> {
  const args = ["pack", "--silent", "--pack-destination", to];
  const { stdout } = await run({ file: "npm", args, cwd: folder, env }, limits);
  return join(to, stdout.trim().split("\n").at(-1) ?? "");
}

function install(cache: string, tarball: string, into: string): Promise<unknown> {
  return run({ file: "npm", args: ["install", "--cache", cache, tarball], cwd: into, env }, limits);
}
