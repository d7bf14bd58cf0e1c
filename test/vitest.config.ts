import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;

/** An end for what hangs, on any host: nothing is held against the clock. */
const bounds = { testTimeout: 600_000, hookTimeout: 600_000 };

export default defineConfig({
  test: {
    root,
    // Most integration tests wait for programs and clocks, not for a processor.
    maxWorkers: 4,
    reporters: ["default", "./test/helpers/plain-reporter.ts"],
    projects: [
      project("unit", {}),
      project("golden", {}),
      project("integration", { globalSetup: "./test/helpers/cli-setup.ts" }),
      project("lint", {}),
      project("hosts", { testTimeout: 1_800_000, hookTimeout: 1_800_000, fileParallelism: false }),
      project("e2e", { testTimeout: 1_800_000, hookTimeout: 1_800_000, fileParallelism: false }),
    ],
  },
});

function project(name: string, options: object) {
  return { test: { name, root, include: [`test/${name}/**/*.test.ts`], ...bounds, ...options } };
}
