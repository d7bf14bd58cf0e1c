import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stateBefore } from "../../../src/lesson/state.ts";
import { type StepId, stepIds } from "../../../src/render/lesson/words.ts";
import { embeddedLab, post } from "../../helpers/embedded-lab.ts";
import { atNight, everyNight } from "../../helpers/nightly.ts";

const lab = embeddedLab();
/** In so many parts all pairs of steps are restored. */
const parts = 4;
const steps: StepId[] = [];
const language = (index: number) => ["--language", index % 2 === 0 ? "en" : "zh"];

beforeAll(async () => {
  expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
  const { stdout } = await lab.run("lesson", "--json");
  steps.push(...JSON.parse(stdout).steps.map(({ id }: { id: StepId }) => id));
});
afterAll(() => lab.remove());

const result = (stdout: string) => JSON.parse(stdout.trim().split("\n").at(-1) as string);
const ask = async (url: string, host?: string) => {
  const answer = await fetch(url, { headers: host === undefined ? {} : { host } });
  return { status: answer.status, text: await answer.text() };
};

/** What a client sees of the lesson's app and its rule. */
async function seen() {
  const { ip, ports } = lab.lab().machines[0] as { ip: string; ports?: Record<string, number> };
  const port = (name: string, usual: number) => ports?.[name] ?? usual;
  const app = await ask(`http://${ip}:${port("marathon", 8080)}/v2/apps//tomcat`);
  const rules = await ask(`http://${ip}:${port("bamboo", 8000)}/api/services`);
  const state =
    app.status === 404 ? "absent" : JSON.parse(app.text).app.instances > 0 ? "running" : "suspended";
  return { app: state, acl: JSON.parse(rules.text)["/tomcat"]?.Acl };
}

describe.sequential("the lesson of an embedded lab", () => {
  test("has every step but the comparison of ways that it has not", () => {
    const left = lab.lab().runs.kind === "embedded" && steps.includes("zookeeper") ? [] : ["zookeeper"];
    expect(steps).toEqual(stepIds.filter((id) => id !== "compare" && !left.includes(id)));
  });

  test.each(["en", "zh"])("step by step in %s: open before, done after", async (spoken) => {
    expect(await lab.run("lesson", "restore", steps[0] as string)).toMatchObject({ exitCode: 0 });
    for (const id of steps) {
      const before = await lab.run("lesson", "check", "--json", "--language", spoken);
      expect({ id, ...before }).toMatchObject({ id, exitCode: 5 });
      expect(result(before.stdout)).toMatchObject({ step: id, passed: false });
      expect(/\p{Script=Han}/u.test(result(before.stdout).why)).toBe(spoken === "zh");
      expect({ id, ...(await lab.run("lesson", "solve", id)) }).toMatchObject({ id, exitCode: 0 });
      const after = await lab.run("lesson", "check", id, "--json");
      expect({ id, ...after }).toMatchObject({ id, exitCode: 0 });
    }
    const { stdout } = await lab.run("lesson", "--json");
    expect(JSON.parse(stdout)).not.toHaveProperty("next");
  });

  test("a wrong answer is told, a right one is kept", async () => {
    await lab.run("lesson", "restore", "mesos");
    const wrong = await lab.run("lesson", "check", "mesos", "--answer", "10.0.0.1:5050");
    expect(wrong).toMatchObject({ exitCode: 5 });
    expect(wrong.stdout).toContain('"10.0.0.1:5050" is not what the lab shows');
    const right = `'${lab.lab().machines[0]?.ip}:${lab.lab().machines[0]?.ports?.mesosMaster ?? 5050}'`;
    expect(await lab.run("lesson", "check", "mesos", "--answer", right)).toMatchObject({ exitCode: 0 });
    expect(await lab.run("lesson", "check", "mesos")).toMatchObject({ exitCode: 0 });
  });

  test("a task that was killed in the other way is no pass, and the step begins anew", async () => {
    await lab.run("lesson", "restore", "kill");
    expect(await lab.run("drill", "remove-container", "--settle", "1")).toMatchObject({ exitCode: 0 });
    const first = await lab.run("lesson", "check", "kill");
    expect(first.stdout).toContain("it was not killed through Marathon");
    expect((await lab.run("lesson", "check", "kill")).stdout).toContain("still runs");
  });

  test("restore asks before it removes what is not the lesson's", async () => {
    const { ip, ports } = lab.lab().machines[0] as { ip: string; ports?: Record<string, number> };
    const apps = `http://${ip}:${ports?.marathon ?? 8080}/v2/apps`;
    await post(apps, { id: "own", cmd: "sleep 600", instances: 1, cpus: 0.1, mem: 16 });
    const asked = await lab.run("lesson", "restore", "deploy");
    expect(asked).toMatchObject({ exitCode: 2 });
    expect(asked.stderr).toContain("app /own");
    expect(await lab.run("lesson", "restore", "deploy", "--yes")).toMatchObject({ exitCode: 0 });
    expect((await ask(`${apps}//own`)).status).toBe(404);
  });

  test("restore starts a lab that was shut down", async () => {
    await lab.run("halt");
    expect(await lab.run("lesson", "restore", "rule")).toMatchObject({ exitCode: 0 });
    expect(await seen()).toEqual({ app: "running", acl: undefined });
  });

  test("restore reaches every step, and every state of the lab from every other one", async () => {
    const stateOf = (id: StepId) => JSON.stringify(wantedAt(id));
    // What restore does follows from the state alone: one step stands for all that begin with the same.
    const first = steps.filter(
      (id, index) => steps.findIndex((each) => stateOf(each) === stateOf(id)) === index,
    );
    expect(first.length).toBe(5);
    await restoreAll([...allPairs(first), ...steps]);
  });

  // The way through all pairs in parts, each of which begins where the one before ends.
  test.skipIf(!everyNight).each(Array.from({ length: parts }, (_, index) => index + 1))(
    `restore reaches every step from every other one: part %i of ${parts}${atNight}`,
    async (part) => {
      const way = allPairs(steps);
      expect(way.length).toBe(steps.length * (steps.length - 1) + 1);
      const size = Math.ceil((way.length - 1) / parts);
      await restoreAll(way.slice((part - 1) * size, part * size + 1));
    },
  );
});

/** Restores one step after the other, and looks each time whether the lab is as it should be. */
async function restoreAll(way: readonly StepId[]): Promise<void> {
  const seconds: number[] = [];
  for (const [index, id] of way.entries()) {
    const restored = await lab.run("lesson", "restore", id, "--json", ...language(index));
    expect({ id, ...restored }).toMatchObject({ id, exitCode: 0 });
    seconds.push(result(restored.stdout).seconds);
    expect({ id, ...(await seen()) }).toEqual({ id, ...wantedAt(id) });
  }
  process.stdout.write(`${seconds.length} restores, the longest took ${Math.max(...seconds)} s\n`);
}

const wantedAt = (id: StepId) => ({ acl: undefined, ...stateBefore(id, steps, lab.lab()) });

/** A way through the steps on which each follows each other one at least once (de Bruijn's). */
function allPairs(all: readonly StepId[]): StepId[] {
  const left = new Map(all.map((id) => [id, all.filter((other) => other !== id)]));
  const way: StepId[] = [];
  const stack = [all[0] as StepId];
  while (stack.length > 0) {
    const next = left.get(stack.at(-1) as StepId)?.pop();
    if (next === undefined) way.push(stack.pop() as StepId);
    else stack.push(next);
  }
  return way.reverse();
}
