import { spawn } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { markOf, type ProcessMark } from "../../../src/tools/process-mark.ts";
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

/** A process that the launcher has started; it ends with its test. */
function started(script: string): ProcessMark {
  const child = spawn(process.execPath, ["-e", script], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return markOf(child.pid as number) as ProcessMark;
}
const ticks = ({ pid }: ProcessMark) =>
  readFileSync(`/proc/${pid}/stat`, "latin1").split(" ").slice(13, 15).join();
const busyLoop = "while (true);";
const idle = "setInterval(() => {}, 1e6)";

/** Lets time pass only when the processor time of a process has grown: how fast it grows is the host's affair. */
function asItWorks(mark: ProcessMark, seconds: number): () => void {
  let before = ticks(mark);
  return () => {
    const now = ticks(mark);
    if (now !== before) pass(seconds);
    before = now;
  };
}

test.each<[string, () => () => void]>([
  [
    "parts become ready one after the other",
    () => {
      let failures = 0;
      return () => {
        tell({ "mesos-master@master": notReady, "marathon@master": failing(1 + (failures++ % 2)) });
        pass(20);
      };
    },
  ],
  [
    "only its log grows",
    () => {
      tell({ "marathon@master": notReady });
      return () => {
        appendFileSync(log("marathon@master"), ".");
        pass(20);
      };
    },
  ],
  [
    "only its processor time grows",
    () => {
      const mark = started(busyLoop);
      tell({ "marathon@master": { ...notReady, process: mark } });
      return asItWorks(mark, 20);
    },
  ],
  [
    "only the launcher's processor time grows",
    () => {
      const mark = started(busyLoop);
      tell({ "marathon@master": notReady }, mark);
      return asItWorks(mark, 20);
    },
  ],
  [
    "it stands still again and again, never for 30 s",
    () => {
      tell({ "marathon@master": notReady });
      let looks = 0;
      return () => {
        if (looks++ % 14 === 0) appendFileSync(log("marathon@master"), ".");
        pass(2);
      };
    },
  ],
])("a busy host's lab is waited for as long as %s", async (_, begin) => {
  const goOn = begin();
  const { said, failure } = await wait(() => {
    if (performance.now() >= 600_000) tell({});
    else goOn();
  });
  expect(failure).toBeUndefined();
  expect(said).toMatch(/^waiting for .*marathon@master \(this host is busy: 6\d\d s\)$/);
});

test.each<[string, () => () => void]>([
  [
    "whose process sleeps",
    () => {
      tell({ "marathon@master": { ...notReady, process: started(idle) } });
      return () => pass(2);
    },
  ],
  [
    "whose process is stopped",
    () => {
      const mark = started(busyLoop);
      process.kill(mark.pid, "SIGSTOP");
      tell({ "marathon@master": { ...notReady, process: mark } });
      return () => pass(2);
    },
  ],
  [
    "whose process is gone",
    () => {
      tell({ "marathon@master": { ...notReady, process: nobody } });
      return () => pass(2);
    },
  ],
  [
    "while only another one's log grows",
    () => {
      tell({ "marathon@master": notReady });
      return () => {
        appendFileSync(log("mesos-master@master"), ".");
        pass(2);
      };
    },
  ],
])("a part %s stands still", async (_, begin) => {
  const { failure } = await wait(begin());
  expect(failure?.message).toBe("marathon@master is not ready, and has stood still for 30 s");
});

test("what makes progress and is never ready is given up after a quarter of an hour", async () => {
  tell({ "marathon@master": notReady });
  const { failure } = await wait(() => {
    appendFileSync(log("marathon@master"), ".");
    pass(20);
  });
  expect(failure?.message).toBe("marathon@master is not ready after 900 s");
});
