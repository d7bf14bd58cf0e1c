import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Plan } from "../../../src/rehearsal/embedded/plan.ts";
import { embeddedLab, post } from "../../helpers/embedded-lab.ts";
import { eventually } from "../../helpers/eventually.ts";

const isRoot = process.getuid?.() === 0 && process.platform === "linux";
const lab = embeddedLab();
const marathon = `http://${lab.master}:8080`;
const plan = () =>
  JSON.parse(readFileSync(join(lab.folder, "generated/mesos-lab/embedded/plan.json"), "utf8")) as Plan;
const folder = () => plan().tasks?.folder ?? "";

/** The text of a file that the app's task has written into its sandbox. */
const written = (app: string, file: string) =>
  eventually(() => {
    const found = readdirSync(folder(), { recursive: true, encoding: "utf8" }).find(
      (path) =>
        path.includes(`/executors/${app}.`) && path.endsWith(`/${file}`) && !path.includes("/latest/"),
    );
    if (found === undefined) throw new Error(`${app} has not written ${file}`);
    const text = readFileSync(join(folder(), found), "utf8");
    if (!text.endsWith("end\n")) throw new Error(`${file} is not whole: ${text}`);
    return text;
  });
const deploy = async (app: object) =>
  expect(await post(`${marathon}/v2/apps`, { cpus: 0.1, mem: 16, ...app })).toMatchObject({ status: 201 });
const remove = (app: string) => fetch(`${marathon}/v2/apps/${app}`, { method: "DELETE" });
const inRange = (uid: number) => {
  const { first = 0, count = 0 } = plan().tasks?.users ?? {};
  return uid >= first && uid < first + count;
};
/** Those that run: nobody may have waited yet for the end of others. */
const processesOfTasks = (has = inRange) =>
  execFileSync("ps", ["-eo", "uid=,stat=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => has(Number(/^\s*(\d+)\s+[^Z]/.exec(line)?.[1])));

describe.skipIf(!isRoot)(`tasks of a lab that root has made${isRoot ? "" : " (not root)"}`, () => {
  beforeAll(async () => {
    // As /root is: closed to everybody else.
    chmodSync(lab.folder, 0o700);
    const { exitCode, stderr } = await lab.run("create");
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining("tasks run as users without rights"),
    });
  });
  afterAll(() => lab.remove());

  test("run as users of their own, in a sandbox that is theirs", async () => {
    writeFileSync(join(lab.folder, "secret"), "secret");
    const script = [
      "exec > out; id -u; echo $HOME; cd $MESOS_DIRECTORY && pwd; cat fetched/inside",
      `cat ${lab.folder}/secret ${folder()}/../../root/.bashrc || echo closed`,
      `ls ${folder()} || echo closed`,
      `curl -sS -o read -w '%{http_code}\\n' ${marathon}/v2/apps`,
      `curl -sS -o write -w '%{http_code}\\n' -H 'Content-Type: application/json' -d '{"id":"evil","cmd":"id","user":"root"}' ${marathon}/v2/apps`,
      "echo end; sleep 1000",
    ];
    // Not in the folder of the lab or of the run, which are closed to tasks.
    const archive = `/tmp/own-${process.pid}.tgz`;
    onTestFinished(() => rmSync(archive, { force: true }));
    const pack = "umask 022; mkdir fetched; echo here > fetched/inside; tar czf $0 fetched";
    execFileSync("sh", ["-c", pack, archive], { cwd: lab.folder });
    await deploy({ id: "own", cmd: script.join("\n"), uris: [`file://${archive}`] });
    const [uid, home, pwd, ...more] = (await written("own", "out")).trimEnd().split("\n");
    expect(inRange(Number(uid))).toBe(true);
    expect(pwd).toBe(home);
    expect(more).toEqual(["here", "closed", "closed", "200", "403", "end"]);
    expect((await fetch(`${marathon}/v2/apps/evil`)).status).toBe(404);
  });

  test("a health check by a command sees what its task sees", async () => {
    await deploy({
      id: "checked",
      cmd: "echo end > mine; chmod 600 mine; sleep 1000",
      healthChecks: [
        { protocol: "COMMAND", command: { value: "cat mine" }, gracePeriodSeconds: 1, intervalSeconds: 1 },
      ],
    });
    await eventually(async () => {
      const { app } = (await (await fetch(`${marathon}/v2/apps/checked`)).json()) as {
        app: { tasksHealthy: number };
      };
      expect(app.tasksHealthy).toBe(1);
    });
  });

  test.each([
    ["one", "a session of its own", "setsid sleep 1000 & echo end > out; wait"],
    ["two", "no environment either", "setsid env -i sleep 1000 & echo end > out; wait"],
    [
      "three",
      "no parent any more",
      "(setsid env -i sh -c 'trap \"\" TERM; sleep 1000; sleep 1000' &) ; echo end > out; sleep 1000",
    ],
    ["four", "its task has ended by itself", "setsid env -i sleep 1000 & sleep 0.2; echo end > out; exit 0"],
  ])("what a task leaves behind ends with it: %s, %s", async (app, _, cmd) => {
    const others = processesOfTasks().length;
    await deploy({ id: app, cmd });
    await written(app, "out");
    await remove(app);
    await eventually(() => expect(processesOfTasks().length).toBe(others));
  });

  test("an app's user is who its task runs as", async () => {
    await deploy({ id: "named", cmd: "id -un > out; echo end >> out; sleep 1000", user: "nobody" });
    await deploy({ id: "rooted", cmd: "id -un > out; echo end >> out; sleep 1000", user: "root" });
    expect(await written("named", "out")).toBe("nobody\nend\n");
    expect(await written("rooted", "out")).toBe("root\nend\n");
    await deploy({ id: "unknown", cmd: "sleep 1000", user: "nobody-of-that-name" });
    await eventually(async () => {
      const { app } = (await (await fetch(`${marathon}/v2/apps/unknown`)).json()) as {
        app: { lastTaskFailure?: { message: string } };
      };
      expect(app.lastTaskFailure?.message).toContain(
        "Failed to get user information for 'nobody-of-that-name'",
      );
    });
  });

  test("a file of this host comes with the rights of the task's user", async () => {
    await deploy({ id: "thief", cmd: "sleep 1000", uris: [`file://${lab.folder}/secret`] });
    await eventually(async () => {
      const { app } = (await (await fetch(`${marathon}/v2/apps/thief`)).json()) as {
        app: { lastTaskFailure?: { message: string } };
      };
      expect(app.lastTaskFailure?.message).toContain("Failed to fetch all URIs");
    });
  });

  test("destroy ends all of them and takes their folder away", async () => {
    await deploy({ id: "last", cmd: "setsid env -i sleep 1000 & echo end > out; wait" });
    await written("last", "out");
    const stubborn = "setsid env -i sleep 1000 & echo $! > out; echo end >> out; wait";
    await deploy({ id: "stubborn", cmd: stubborn, user: "root" });
    const [pid] = (await written("stubborn", "out")).split("\n");
    const [sandboxes, marks] = [folder(), plan().tasks?.users];
    const { exitCode, stderr } = await lab.run("destroy", "--yes");
    process.kill(Number(pid), "SIGKILL");
    // What root's own task hides from it is left alone, and told.
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`without its mark, so left alone: ${pid} sleep`);
    expect(stderr).not.toContain("nothing is left");
    expect(existsSync(sandboxes)).toBe(false);
    const { first = 0, count = 0 } = marks ?? {};
    expect(processesOfTasks((uid) => uid >= first && uid < first + count)).toEqual([]);
  });
});
