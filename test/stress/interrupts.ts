import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Ran, type WorkshopLab, workshopLab } from "../helpers/workshop/lab.ts";
import type { Workshop } from "../helpers/workshop/workshop.ts";
import { labFile } from "./lab-file.ts";
import { partOf, type Stress, shuffled } from "./stress.ts";

/** What is interrupted, and what was done to the lab before. */
const verbs = {
  create: [],
  verify: [["create"]],
  demo: [["create"]],
  drill: [["create"], ["demo"]],
  halt: [["create"]],
  up: [["create"], ["halt"]],
  destroy: [["create"]],
} as const;
type Verb = keyof typeof verbs;

const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const;
type Signal = (typeof signals)[number];

/** Parts of the time that the verb takes when nothing interrupts it. */
const moments = [0.03, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.97];

/** As long as the lock of a tool that was killed is in the way. */
const lockMs = 120_000;

interface Case {
  readonly verb: Verb;
  readonly signal: Signal;
  readonly moment: number;
}

/**
 * Ends each verb by each signal at each moment: it says one sentence and ends with 130; `create` makes the lab whole
 * again, and `destroy` leaves nothing. `count` cases of them all, chosen by the seed.
 */
export const interrupts: Stress = async ({ workshop, count, seed, part, say }) => {
  const chosen = partOf(shuffled(allCases(), seed).slice(0, count), part);
  const usual = await usualTimes(workshop, say);
  const failures: string[] = [];
  const outcomes = new Map<string, number>();
  let done = 0;
  for (const one of chosen) {
    const { verb, signal, moment } = one;
    const { outcome, faults } = await interrupt(workshop, one, usual[verb]);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    done += 1;
    const name = `${verb}, ${signal} at ${moment} of ${Math.round(usual[verb])} ms`;
    say(
      `${done} of ${chosen.length}: ${name}: ${outcome}${faults.length === 0 ? "" : `, ${faults.length} faults`}`,
    );
    failures.push(...faults.map((fault) => `${name}: ${fault}`));
  }
  for (const [outcome, times] of [...outcomes].sort()) say(`${times} times: ${outcome}`);
  return failures;
};

function allCases(): Case[] {
  return (Object.keys(verbs) as Verb[]).flatMap((verb) =>
    signals.flatMap((signal) => moments.map((moment) => ({ verb, signal, moment }))),
  );
}

/** How long each verb takes here and now. */
async function usualTimes(workshop: Workshop, say: (line: string) => void): Promise<Record<Verb, number>> {
  const times: Partial<Record<Verb, number>> = {};
  const lab = workshopLab(workshop, labFile());
  for (const verb of ["create", "verify", "demo", "drill", "halt", "up", "destroy"] as const) {
    const begin = performance.now();
    await lab.run(...words(verb));
    times[verb] = performance.now() - begin;
  }
  rmSync(lab.folder, { recursive: true });
  say(
    `usual times: ${Object.entries(times)
      .map(([verb, ms]) => `${verb} ${Math.round(ms)} ms`)
      .join(", ")}`,
  );
  return times as Record<Verb, number>;
}

function words(verb: Verb): readonly string[] {
  return verb === "drill" ? ["drill", "kill-task", "--settle", "1"] : [verb];
}

async function interrupt(
  workshop: Workshop,
  { verb, signal, moment }: Case,
  usualMs: number,
): Promise<{ outcome: string; faults: string[] }> {
  const lab = workshopLab(workshop, labFile());
  for (const before of verbs[verb]) await lab.run(...before);
  const { process: tool, ran } = lab.start(...words(verb));
  await Promise.race([sleep(moment * usualMs), ran]);
  // Ctrl-C and a terminal that closes mean the whole group.
  if (tool.exitCode === null && tool.pid !== undefined)
    process.kill(signal === "SIGINT" || signal === "SIGHUP" ? -tool.pid : tool.pid, signal);
  const ended = await ran;
  const { outcome, fault } = judged(ended, signal);
  const faults = fault === undefined ? [] : [fault];
  faults.push(...(await recovery(lab)), ...(await removal(lab)));
  rmSync(lab.folder, { recursive: true });
  faults.push(...workshop.left().map((what) => `left behind: ${what}`));
  return { outcome, faults };
}

function judged(
  { exitCode, signal: by, stdout, stderr }: Ran,
  signal: Signal,
): { outcome: string; fault?: string } {
  const said = `${stdout}${stderr}`.trim();
  if (exitCode === 0) return { outcome: "had ended before" };
  if (signal === "SIGKILL")
    return by === "SIGKILL"
      ? { outcome: "killed" }
      : { outcome: "wrong", fault: `exit ${by ?? exitCode}: ${said}` };
  // Node is not yet at the program's first line: the signal's own effect, as on any program.
  if (by === signal && said === "") return { outcome: "ended before its first line" };
  const sentences = stderr.split("\n").filter((line) => line.startsWith("✖ "));
  if (exitCode !== 130) return { outcome: "wrong", fault: `exit ${by ?? exitCode} instead of 130: ${said}` };
  if (!/^✖ interrupted/.test(sentences.at(-1) ?? "") || /internal error|\n {4}at /.test(stderr))
    return { outcome: "wrong", fault: `130, but it said: ${said}` };
  return { outcome: "130 and its sentence" };
}

/** `create` makes the lab whole, and verifies it. */
async function recovery(lab: WorkshopLab): Promise<string[]> {
  const { exitCode, signal, stderr } = await patiently(lab, "create");
  return exitCode === 0 ? [] : [`create afterwards ended with ${signal ?? exitCode}: ${stderr}`];
}

async function removal(lab: WorkshopLab): Promise<string[]> {
  const { exitCode, signal, stderr } = await patiently(lab, "destroy");
  const faults = exitCode === 0 ? [] : [`destroy afterwards ended with ${signal ?? exitCode}: ${stderr}`];
  if (existsSync(join(lab.folder, "generated"))) faults.push("destroy left generated/");
  return [...faults, ...lab.processes().map(({ what }) => `destroy left ${what}`)];
}

/** The lock of a tool that was killed is in the way until it is stale. */
async function patiently(lab: WorkshopLab, verb: string): Promise<Ran> {
  for (const deadline = performance.now() + lockMs; ; await sleep(1_000)) {
    const ran = await lab.start(verb).ran;
    const isLocked = ran.exitCode === 2 && ran.stderr.includes("another mesos-lab command");
    if (!isLocked || performance.now() > deadline) return ran;
  }
}
