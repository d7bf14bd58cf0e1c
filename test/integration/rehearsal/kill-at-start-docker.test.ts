import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dockerRunner } from "../../../src/rehearsal/mesos-agent/docker-runner.ts";
import { killedBeforeStart } from "../../../src/rehearsal/mesos-agent/task-runner.ts";
import { until } from "../../helpers/eventually.ts";
import { type FakePrograms, fakePrograms } from "../../helpers/fake-programs.ts";
import {
  type Acts,
  beforeItIsRun,
  haveSandbox,
  inTheSameTurn,
  killed,
  whileFilesAreOpened,
} from "../../helpers/killed-task.ts";

haveSandbox();

/** Notes what it is asked, holds on where it is told to, and keeps its one container as a file. */
const fakeDocker = `
printf '%s\\n' "$*" >>"$0.calls"
hold() { while [ -e "$0.hold-$1" ]; do sleep 0.05; done; }
case "$1 $2" in
  "--version "*) echo "Docker version 24.0.7, build afdd53b" ;;
  "inspect mesos-"*) hold look; [ -e "$0.up" ] || exit 1; echo '[{"State":{"Running":true}}]' ;;
  "inspect "*) hold image; [ ! -e "$0.hold-pull" ] ;;
  "pull "*) hold pull ;;
  "run "*) hold run; touch "$0.up"; while [ -e "$0.up" ]; do sleep 0.05; done; exit 137 ;;
  "stop "*) [ -e "$0.up" ] || exit 1; rm "$0.up" ;;
esac`;

describe("a container that is killed", () => {
  let programs: FakePrograms;
  let docker: string;
  beforeEach(() => {
    programs = fakePrograms({ docker: fakeDocker });
    docker = join(programs.path, "docker");
  });
  afterEach(() => programs.remove());

  const info = {
    command: { shell: false },
    container: { type: "DOCKER" as const, docker: { image: "tomcat" } },
  };
  const hold = (moment: string) => writeFileSync(`${docker}.hold-${moment}`, "");
  const calls = () => readFileSync(`${docker}.calls`, "utf8");
  const called = (words: string) => until(words, () => calls().includes(words));
  const isUp = () => existsSync(`${docker}.up`);
  /** Kills it when the program that is held has been called so. */
  const heldAt = (moment: string, words: string) => async (acts: Acts) => {
    hold(moment);
    acts.begin();
    await called(words);
    acts.kill();
  };
  const run = async (act: (acts: Acts) => Promise<void> | void, onStarted: (kill: () => void) => void) => {
    const runner = await dockerRunner({
      docker,
      pullTimeoutMs: 60_000,
      stopTimeoutMs: 0,
      inspectIntervalMs: 20,
    });
    const { end, pids } = await killed(runner, info, act, onStarted);
    return { end, told: pids.length };
  };

  test.each([
    ["before it is run", beforeItIsRun],
    ["in the turn in which it is run", inTheSameTurn],
    ["while its image is looked for", heldAt("image", "inspect tomcat:latest")],
    ["while its image is pulled", heldAt("pull", "pull tomcat:latest")],
    ["while its files are opened", whileFilesAreOpened],
  ])("%s is never made", async (_, act) => {
    expect(await run(act, () => {})).toEqual({ end: killedBeforeStart, told: 0 });
    expect(calls()).not.toMatch(/^run /m);
  });

  const beforeItIsThere = async (acts: Acts) => {
    hold("look");
    await heldAt("run", "run ")(acts);
    // In vain: there is no such container yet.
    await called("stop -t 0 mesos-S0.one");
    rmSync(`${docker}.hold-run`);
  };
  const beforeItIsSeen = async (acts: Acts) => {
    hold("look");
    acts.begin();
    await until("it is there", isUp);
    acts.kill();
  };
  test.each([
    ["before Docker has made it", beforeItIsThere, 0],
    ["before anybody has seen it run", beforeItIsSeen, 0],
    ["when it is told to run", ({ begin }: Acts) => begin(), 1],
  ])("%s is stopped", async (_, act, told) => {
    expect(await run(act, (kill) => kill())).toEqual({ end: { state: "TASK_KILLED", message: "" }, told });
    expect(isUp()).toBe(false);
    expect(calls()).not.toMatch(/^rm /m);
  });
});
