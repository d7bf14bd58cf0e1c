import { expect, test } from "vitest";
import { markOf } from "../../../src/tools/process-mark.ts";
import { until } from "../../helpers/eventually.ts";
import { noNetwork } from "../../helpers/lab-network.ts";
import { openDesk } from "../../helpers/run-cli.ts";

const describedNetwork = noNetwork ?? "in a network of its own";

test.skipIf(noNetwork).concurrent.each([["create"], ["reset"], ["destroy --yes"]])(
  `an Ansible that outlives the tool is ended by %s (${describedNetwork})`,
  async (next) => {
    const desk = openDesk();
    const first = desk.start(["create"], { FAKE_ANSIBLE: "hangs" });
    const pid = await until("Ansible is at work", () => {
      const hung = desk.calls().find((call) => call.startsWith("ansible hangs "));
      return hung !== undefined && Number(hung.split(" ").at(-1));
    });
    first.process.kill("SIGKILL");
    await first.outcome;
    expect(markOf(pid)).toBeDefined();
    const { exitCode, stderr } = await desk.run(next.split(" "));
    expect(exitCode, stderr).toBe(0);
    expect(markOf(pid)).toBeUndefined();
    // It was not asked to clean up: its playbook would have gone on until then.
    expect(desk.calls()).not.toContain("ansible has cleaned up");
  },
);
