import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { workshopLab } from "../helpers/workshop/lab.ts";
import { labFile } from "./lab-file.ts";
import type { Stress } from "./stress.ts";

const busyLoops = 8;
const verbs = [["create"], ["demo"], ["drill", "kill-task"], ["destroy"]] as const;

/** A lab's whole life, again and again beside loops that take every processor: nothing fails, nothing is left. */
export const cycles: Stress = async ({ workshop, count, say }) => {
  const failures: string[] = [];
  const loops = Array.from({ length: busyLoops }, () =>
    spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore", env: { PATH: process.env.PATH } }),
  );
  const descriptorsBefore = openDescriptors();
  try {
    for (let cycle = 1; cycle <= count; cycle += 1) {
      const lab = workshopLab(workshop, labFile());
      const took: string[] = [];
      for (const words of verbs) {
        const begin = performance.now();
        const { exitCode, signal, stderr } = await lab.start(...words).ran;
        took.push(`${words[0]} ${((performance.now() - begin) / 1000).toFixed(1)} s`);
        if (exitCode !== 0)
          failures.push(`cycle ${cycle}: ${words.join(" ")} ended with ${signal ?? exitCode}: ${stderr}`);
      }
      const running = lab.processes().map(({ what }) => what);
      // The lab's own: its record of lock and reports outlive it, as they should.
      rmSync(lab.folder, { recursive: true });
      const left = [...running, ...workshop.left()];
      for (const what of left) failures.push(`cycle ${cycle}: left behind: ${what}`);
      say(`cycle ${cycle} of ${count}: ${took.join(", ")}; ${left.length} left behind`);
    }
    const more = openDescriptors() - descriptorsBefore;
    if (more > 0) failures.push(`${more} descriptors more than before are open in this program`);
  } finally {
    for (const loop of loops) loop.kill("SIGKILL");
  }
  return failures;
};

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}
