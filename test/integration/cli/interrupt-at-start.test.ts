import { expect, test } from "vitest";
import { openDesk } from "../../helpers/run-cli.ts";

/** Has the program get a signal as soon as it listens to it: while the rest of it is still being loaded. */
const atOnce = (signal: string) =>
  `--import=data:text/javascript,${encodeURIComponent(
    `process.on("newListener", (name) => { if (name === "SIGHUP") setImmediate(() => process.kill(process.pid, "${signal}")); });`,
  )}`;

test.each(["SIGINT", "SIGTERM", "SIGHUP"])(
  "%s while the program is loaded is an interrupt",
  async (signal) => {
    const desk = openDesk();
    const { exitCode, stdout, stderr } = await desk.run(["render"], { NODE_OPTIONS: atOnce(signal) });
    const said = "✖ interrupted\n  error: interrupted\n";
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 130, stdout: "", stderr: said });
    expect(desk.calls()).toEqual([]);
  },
);
