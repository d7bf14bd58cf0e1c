import { afterAll, beforeAll, expect, test } from "vitest";
import { embeddedLab } from "../../helpers/embedded-lab.ts";

const lab = embeddedLab();
beforeAll(async () => {
  expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  expect(await lab.run("demo")).toMatchObject({ exitCode: 0 });
});
afterAll(() => lab.remove());

test.each(["kill-task", "remove-container"])(
  "drill %s: the app comes back, and the lab works",
  async (name) => {
    const drilled = await lab.run("drill", name, ...(name === "kill-task" ? ["--compare"] : []));
    expect(drilled).toMatchObject({ exitCode: 0 });
    // A comparison of one is one, and says how there could be more.
    expect(drilled.stdout.includes("This lab has no way of discovery but bamboo")).toBe(name === "kill-task");
    // From one address of the slave to another.
    const [, before, after] = /tasks: (127\.[\d.:]+) → (127\.[\d.:]+)/.exec(drilled.stdout) ?? [];
    expect([before, after]).toEqual([expect.any(String), expect.any(String)]);
    expect(after).not.toBe(before);
    expect(await lab.run("verify")).toMatchObject({ exitCode: 0 });
  },
);
