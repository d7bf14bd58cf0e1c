import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;

export default defineConfig({
  test: {
    root,
    // Most integration tests wait for programs and clocks, not for a processor.
    maxWorkers: 4,
    reporters: ["default", "./test/helpers/plain-reporter.ts"],
    projects: [
      project("unit", { testTimeout: 10_000 }),
      project("golden", { testTimeout: 20_000 }),
      project("integration", {
        testTimeout: 30_000,
        hookTimeout: 60_000,
        globalSetup: "./test/helpers/cli-setup.ts",
      }),
      project("lint", { testTimeout: 120_000, hookTimeout: 120_000 }),
      project("hosts", { testTimeout: 600_000, hookTimeout: 900_000, fileParallelism: false }),
      project("e2e", { testTimeout: 1_800_000, hookTimeout: 1_800_000, fileParallelism: false }),
    ],
  },
});

function project(name: string, options: object) {
  return { test: { name, root, include: [`test/${name}/**/*.test.ts`], ...options } };
}
