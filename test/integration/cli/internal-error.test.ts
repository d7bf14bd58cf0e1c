import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openDesk } from "../../helpers/run-cli.ts";

/** A fault of this tool itself, which nobody can foresee: any file operation may stand for the place of it. */
const throwing = (operation: string, path: string, thrown: string) =>
  `--import=data:text/javascript,${encodeURIComponent(`
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const { ${operation} } = fs;
    fs.${operation} = (...args) => {
      if (String(args[0]).includes("${path}")) throw ${thrown};
      return ${operation}(...args);
    };
    syncBuiltinESMExports();
  `)}`;

const rows: readonly (readonly [what: string, thrown: string, said: string])[] = [
  ["an Error", 'new TypeError("x is not a function")', "TypeError: x is not a function\n    at "],
  ["an Error without a stack", 'Object.assign(new Error("bare"), { stack: undefined })', "bare\n"],
  ["an object", '{ message: "no Error", code: 7 }', "{ message: 'no Error', code: 7 }\n"],
  ["an object without a prototype", "Object.create(null)", "[Object: null prototype] {}\n"],
  ["a text", '"a text"', "a text\n"],
  ["null", "null", "null\n"],
  ["nothing", "undefined", "undefined\n"],
  [
    "escapes for the terminal",
    'Object.assign(new Error(), { stack: "Error: \\u001b]0;x\\u0007\\u001b[2Jred\\n    at x" })',
    "Error: red\n    at x\n",
  ],
];

describe.concurrent("a fault of this tool", () => {
  test.each(rows)("%s: what to send, exit code 1", async (_, thrown, said) => {
    const desk = openDesk();
    const NODE_OPTIONS = throwing("writeFileSync", "Vagrantfile", thrown);
    const { exitCode, stdout, stderr } = await desk.run(["render", "--memory", "1024"], { NODE_OPTIONS });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`✖ internal error, please report it\n${said}`);
    expect(stderr).toMatch(
      /\n {2}error: internal-error\n {2}with: mesos-lab \d+\.\d+\.\d+ render --memory 1024 \(Node v\d+\S+, \w+ \w+\)\n$/,
    );
    // Nothing of it is in the way of the next run.
    expect(existsSync(desk.path("generated", "mesos-lab.lock"))).toBe(false);
    expect(await desk.run(["render"])).toMatchObject({ exitCode: 0 });
  });

  test.each(rows)("%s: one event with --json", async (_, thrown, said) => {
    const desk = openDesk();
    const NODE_OPTIONS = throwing("writeFileSync", "Vagrantfile", thrown);
    const { exitCode, stdout, stderr } = await desk.run(["render", "--json"], { NODE_OPTIONS });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text));
    expect(events.filter(({ event }) => event === "error")).toEqual([
      {
        event: "error",
        id: "internal-error",
        message: expect.stringContaining(`✖ internal error, please report it\n${said}`),
        details: [expect.stringMatching(/^mesos-lab \d+\.\d+\.\d+ render --json \(Node v/)],
        remedy: [],
        exitCode: 1,
      },
    ]);
  });

  test("in the middle of create the log is kept and the lock freed, and create goes on after it", async () => {
    const desk = openDesk();
    const NODE_OPTIONS = throwing("rmSync", "provision.log", 'new TypeError("x is not a function")');
    const { exitCode, stderr } = await desk.run(["create"], { NODE_OPTIONS });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("✖ internal error, please report it\nTypeError: x is not a function\n    at ");
    expect(stderr.split("internal error")).toHaveLength(2);
    expect(stderr).toMatch(/ {2}with: mesos-lab \S+ create \(Node /);
    expect(existsSync(desk.path("generated", "mesos-lab", "logs", "boot.log"))).toBe(true);
    expect(existsSync(desk.path("generated", "mesos-lab.lock"))).toBe(false);
    expect(existsSync(desk.path("generated", "mesos-lab.lock.json"))).toBe(false);
    expect(await desk.run(["create"])).toMatchObject({ exitCode: 0 });
  });
});
