import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;

/** An end for what hangs, on any host, with what others leave over of its processors: nothing is held against the clock. */
const bounds = { testTimeout: 1_800_000, hookTimeout: 1_800_000 };
/** Files of one worker share what they import: they spend more time on importing it than on their tests. */
const shared = { isolate: false };
const slow = "test/**/*.slow.test.ts";
const helpers = "./test/helpers";
/** First and last: one folder for all files of a run, and a look at what is left of it. */
const leftovers = `${helpers}/run/global-setup.ts`;
const cli = { globalSetup: [leftovers, `${helpers}/cli-setup.ts`] };

export default defineConfig({
  test: {
    root,
    // Most integration tests wait for programs and clocks, not for a processor.
    maxWorkers: 4,
    reporters: ["default", `${helpers}/run/plain-reporter.ts`],
    projects: [
      project("unit", shared),
      project("golden", shared),
      project("integration", { ...shared, ...cli, exclude: [slow] }),
      project("slow", { ...shared, ...cli, include: [slow] }),
      project("lint", {}),
      project("hosts", { fileParallelism: false }),
      project("nightly", { testTimeout: 3_600_000, hookTimeout: 3_600_000, fileParallelism: false }),
      project("e2e", { testTimeout: 3_600_000, hookTimeout: 3_600_000, fileParallelism: false }),
    ],
  },
});

function project(name: string, options: object) {
  const include = [`test/${name}/**/*.test.ts`];
  const setups = { globalSetup: leftovers, setupFiles: `${helpers}/run/each-file.ts` };
  return { test: { name, root, include, ...setups, ...bounds, ...options } };
}
