import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { inTurn } from "../../../src/machines/embedded/turn.ts";

/** Labs that start at once on one host; each test has turns of its own. */

const turns = (name: string) => ({
  places: 2,
  name: `mesos-lab-test-${process.pid}-${name}`,
  signal: new AbortController().signal,
  say: () => {},
});

/** Work that is known to have begun, and ends when it is told to. */
function held(options: Parameters<typeof inTurn>[0]) {
  let begin = () => {};
  let end = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const ended = inTurn(options, () => {
    begin();
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  return { begun, ended, end: () => end() };
}

test.skipIf(process.platform !== "linux")(
  "two start together, the third when one of them is up",
  async () => {
    const options = turns("third");
    const [first, second] = [held(options), held(options)];
    await Promise.all([first.begun, second.begun]);
    const said: string[] = [];
    let isUp = false;
    const third = inTurn({ ...options, say: (text) => said.push(text) }, async () => isUp);
    await expect.poll(() => said).toEqual(["waiting while 2 other labs start here"]);
    isUp = true;
    first.end();
    expect(await third).toBe(true);
    second.end();
    await Promise.all([first.ended, second.ended]);
  },
);

test.skipIf(process.platform !== "linux")("one that is killed lets the next one start", async () => {
  const options = { ...turns("killed"), places: 1 };
  const script = `require("node:net").createServer(() => {}).listen(${JSON.stringify(`\0${options.name}-0`)}, () => console.log("held"))`;
  const holder = spawn(process.execPath, ["-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void holder.kill("SIGKILL"));
  await once(holder.stdout, "data");
  const said: string[] = [];
  const next = inTurn({ ...options, say: (text) => said.push(text) }, async () => "started");
  await expect.poll(() => said).toEqual(["waiting while another lab starts here"]);
  holder.kill("SIGKILL");
  expect(await next).toBe("started");
});

test.skipIf(process.platform !== "linux")(
  "an interrupt ends the wait, and the work is not begun",
  async () => {
    const options = { ...turns("interrupt"), places: 1 };
    const first = held(options);
    await first.begun;
    const interrupt = new AbortController();
    let begun = false;
    const next = inTurn({ ...options, signal: interrupt.signal, say: () => interrupt.abort() }, async () => {
      begun = true;
    });
    await expect(next).rejects.toMatchObject({ exitCode: 130 });
    expect(begun).toBe(false);
    first.end();
    await first.ended;
  },
);

test("work that fails frees its turn", async () => {
  const options = { ...turns("fails"), places: 1 };
  const fails = inTurn(options, () => Promise.reject(new Error("not up")));
  await expect(fails).rejects.toThrow("not up");
  expect(await inTurn(options, async () => "started")).toBe("started");
});
