import { expect, test } from "vitest";
import {
  failing,
  haveLauncher,
  log,
  nobody,
  notReady,
  pass,
  tell,
  wait,
} from "../../helpers/told-launcher.ts";

haveLauncher();

test.each<[string, string, string, () => void, string?]>([
  [
    "a launcher that ends before it tells anything",
    "launcher",
    "the lab's launcher ended as soon as it was started (exit code 1)",
    () => {},
    "exit code 1",
  ],
  [
    "a launcher that is killed while it starts",
    "launcher",
    "the lab's launcher ended as soon as it was started (SIGKILL)",
    () => tell({ "marathon@master": notReady }),
    "SIGKILL",
  ],
  [
    "a launcher that goes before it has taken in the new plan",
    "launcher",
    "the lab's launcher ended as soon as it was started (it is gone)",
    () => tell({}, nobody, "of another plan"),
    "it is gone",
  ],
  [
    "a service that ends again and again",
    "marathon@master",
    "marathon@master ends as soon as it is started",
    () => tell({ "marathon@master": failing(4) }),
  ],
  [
    "a program that does, before the services that wait for it",
    "zookeeper@master",
    "zookeeper@master ends as soon as it is started",
    () => tell({ "zookeeper@master": failing(9), "mesos-master@master": notReady }),
  ],
  [
    "a service that does, behind one that is only slow",
    "marathon@master",
    "marathon@master ends as soon as it is started",
    () => tell({ "mesos-master@master": notReady, "marathon@master": failing(4) }),
  ],
  [
    "a launcher that tells nothing",
    "launcher",
    "the launcher is not ready, and has stood still for 30 s",
    () => {},
  ],
  [
    "a launcher that does not take in the new plan",
    "launcher",
    "the launcher is not ready, and has stood still for 30 s",
    () => tell({}, nobody, "of another plan"),
  ],
  [
    "a service without a process",
    "mesos-master@master",
    "mesos-master@master is not ready, and has stood still for 30 s",
    () => tell({ "mesos-master@master": notReady }),
  ],
])("%s is told at once, with the last words of the %s", async (_, part, sentence, before, ended) => {
  before();
  const { failure } = await wait(() => pass(2), ended);
  expect(failure).toMatchObject({ id: "part-not-ready", message: sentence });
  expect(failure?.details).toEqual([`${part} said this last`, `log: ${log(part)}`]);
  // What was wrong at the first look is not waited for.
  expect(performance.now()).toBeLessThan(sentence.includes("stood still") ? 40_000 : 1);
});

test("a service that has ended three times is waited for", async () => {
  tell({ "marathon@master": failing(3) });
  const { said, failure } = await wait(() => tell({}));
  expect({ said, failure }).toEqual({ said: "waiting for marathon@master", failure: undefined });
});

test("an interrupt ends the wait", async () => {
  const kill = new AbortController();
  tell({ "marathon@master": notReady });
  const { failure } = await wait(() => kill.abort(), undefined, kill.signal);
  expect(failure).toMatchObject({ id: "interrupted" });
});
