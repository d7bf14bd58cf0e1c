import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ran } from "../helpers/workshop/lab.ts";
import { embeddedPlace } from "./place-embedded.ts";
import { machinesPlace } from "./place-machines.ts";
import type { InterruptedLab, Place, Signal } from "./places.ts";
import { partOf, type Stress, type StressOptions, shuffled } from "./stress.ts";

/** As long as the lock of a tool that was killed is in the way. */
const lockMs = 120_000;

interface Case {
  readonly verb: string;
  readonly signal: Signal;
  readonly moment: number;
}

/**
 * Ends each verb by each signal at each moment: it says one sentence and ends with 130; `create` makes the lab whole
 * again, and `destroy` leaves nothing. `count` cases of them all, chosen by the seed.
 */
export const interrupts: Stress = async (options) => {
  const { workshop, runsOn, say } = options;
  const place = runsOn === "vagrant" ? await machinesPlace(workshop, say) : embeddedPlace(workshop);
  try {
    return await interruptAt(place, options);
  } finally {
    await place.close();
  }
};

async function interruptAt(place: Place, { count, seed, part, say }: StressOptions): Promise<string[]> {
  const chosen = partOf(shuffled(allCases(place), seed).slice(0, count), part);
  const usual = await usualTimes(place, say);
  const failures: string[] = [];
  /** What an earlier case has left behind is no fault of the later ones. */
  const told = new Set<string>();
  const outcomes = new Map<string, number>();
  let lab: InterruptedLab | undefined;
  for (const [index, one] of chosen.entries()) {
    const { verb, signal, moment } = one;
    const usualMs = usual.get(verb) ?? 0;
    lab ??= place.lab();
    const { outcome, faults } = await interrupt(lab, place.verbs[verb] ?? [], one, usualMs);
    const next = chosen[index + 1];
    // A new lab is what create is interrupted in; what is broken is no fault of the next case.
    const goesOn = place.labsAreDear && faults.length === 0 && next !== undefined && next.verb !== "create";
    if (!goesOn) {
      faults.push(...(await removal(lab, place, told)));
      lab = undefined;
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const name = `${verb}, ${signal} at ${moment} of ${Math.round(usualMs)} ms`;
    const after = goesOn ? "recovered" : "recovered and removed";
    const then = faults.length === 0 ? after : faults.map((fault) => `\n✖ ${fault}`).join("");
    say(`${index + 1} of ${chosen.length}: ${name}: ${outcome}, ${then}`);
    failures.push(...faults.map((fault) => `${name}: ${fault}`));
  }
  for (const [outcome, times] of [...outcomes].sort()) say(`${times} times: ${outcome}`);
  return failures;
}

function allCases({ verbs, signals, moments }: Place): Case[] {
  return Object.keys(verbs).flatMap((verb) =>
    signals.flatMap((signal) => moments.map((moment) => ({ verb, signal, moment }))),
  );
}

/** How long each verb takes here and now, in one lab's life. */
async function usualTimes(place: Place, say: (line: string) => void): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>();
  const lab = place.lab();
  for (const verb of ["create", "verify", "demo", "drill", "reset", "halt", "up", "destroy"]) {
    if (place.verbs[verb] === undefined) continue;
    const { begun, ran } = lab.start(...words(verb));
    await begun;
    const begin = performance.now();
    const { exitCode, signal, stderr } = await ran;
    if (exitCode !== 0) throw new Error(`${verb} ended with ${signal ?? exitCode}:\n${stderr}`);
    times.set(verb, performance.now() - begin);
  }
  rmSync(lab.folder, { recursive: true });
  say(`usual times: ${[...times].map(([verb, ms]) => `${verb} ${Math.round(ms)} ms`).join(", ")}`);
  return times;
}

function words(verb: string): readonly string[] {
  if (verb === "drill") return ["drill", "kill-task", "--settle", "1"];
  return verb === "destroy" ? ["destroy", "--yes"] : [verb];
}

async function interrupt(
  lab: InterruptedLab,
  before: readonly (readonly string[])[],
  { verb, signal, moment }: Case,
  usualMs: number,
): Promise<{ outcome: string; faults: string[] }> {
  for (const line of before) await lab.run(...line);
  const { interrupt: send, begun, ran } = lab.start(...words(verb));
  await begun;
  await Promise.race([sleep(moment * usualMs), ran]);
  send(signal);
  const ended = await ran;
  const { outcome, fault } = judged(ended, signal);
  return { outcome, faults: [...(fault === undefined ? [] : [fault]), ...(await recovery(lab))] };
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
async function recovery(lab: InterruptedLab): Promise<string[]> {
  const { exitCode, signal, stderr } = await patiently(lab, "create");
  return exitCode === 0 ? [] : [`create afterwards ended with ${signal ?? exitCode}: ${stderr}`];
}

/** `destroy` leaves nothing. */
async function removal(lab: InterruptedLab, place: Place, told: Set<string>): Promise<string[]> {
  const { exitCode, signal, stderr } = await patiently(lab, "destroy", "--yes");
  const faults = exitCode === 0 ? [] : [`destroy afterwards ended with ${signal ?? exitCode}: ${stderr}`];
  if (existsSync(join(lab.folder, "generated"))) faults.push("destroy left generated/");
  faults.push(...lab.running().map((what) => `destroy left ${what}`));
  rmSync(lab.folder, { recursive: true });
  const left = (await place.left()).filter((what) => !told.has(what));
  for (const what of left) told.add(what);
  return [...faults, ...left.map((what) => `left behind: ${what}`)];
}

/** The lock of a tool that was killed is in the way until it is stale. */
async function patiently(lab: InterruptedLab, ...args: readonly string[]): Promise<Ran> {
  for (const deadline = performance.now() + lockMs; ; await sleep(1_000)) {
    const ran = await lab.start(...args).ran;
    const isLocked = ran.exitCode === 2 && ran.stderr.includes("another mesos-lab command");
    if (!isLocked || performance.now() > deadline) return ran;
  }
}
