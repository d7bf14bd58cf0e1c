import { execFile } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embeddedLab } from "../../helpers/embedded-lab.ts";
import { noZooKeeper } from "../../helpers/zookeeper-server.ts";

/** Only root can call as somebody else. */
const noOther = process.getuid?.() === 0 && process.platform === "linux" ? undefined : "needs root";
const nobody = 65_534;

/** What a service answers to another user of this computer: its status and the beginning of its text. */
function askedByNobody(
  url: string,
  method = "GET",
): Promise<{ readonly status: number; readonly text: string }> {
  const script = `fetch(${JSON.stringify(url)}, {method: ${JSON.stringify(method)}})
    .then(async (answer) => console.log(JSON.stringify({status: answer.status, text: (await answer.text()).slice(0, 300)})))`;
  return new Promise((resolve, reject) => {
    const options = { uid: nobody, gid: nobody, cwd: "/", env: {} };
    execFile(process.execPath, ["--eval", script], options, (error, stdout) =>
      error === null ? resolve(JSON.parse(stdout)) : reject(error),
    );
  });
}

describe.skipIf(noOther !== undefined)(`other users of this computer (${noOther ?? "nobody"})`, () => {
  const lab = embeddedLab();
  const at = {
    "Mesos' master": [`http://${lab.master}:5050/master/state.json`],
    "Mesos' agent": [`http://${lab.slave}:5051/state.json`],
    Marathon: [`http://${lab.master}:8080/v2/apps`],
    "Marathon, to change something": [`http://${lab.master}:8080/v2/apps/none`, "DELETE"],
    Bamboo: [`http://${lab.master}:8000/api/services`],
  } as const;
  const services = Object.keys(at) as (keyof typeof at)[];
  const ask = (service: keyof typeof at) => askedByNobody(...(at[service] as readonly [string, string?]));
  afterAll(() => lab.remove());

  describe("of a lab as it is made usually", () => {
    let said = "";
    beforeAll(async () => {
      const { exitCode, stderr } = await lab.run("create");
      expect(exitCode).toBe(0);
      said = stderr;
    });

    test("create says what is open all the same", () => {
      const zookeeper =
        "ZooKeeper does not tell its clients apart: every user of this computer can write to it";
      if (noZooKeeper === undefined) expect(said).toContain(zookeeper);
      else expect(said).not.toContain(zookeeper);
      expect(said).not.toContain("the lab is shared");
      expect(said).toContain("an app with a `user` runs as that one");
    });

    test.each(services)("%s refuses them, and says what allows them", async (service) => {
      expect(await ask(service)).toEqual({ status: 403, text: expect.stringContaining("--shared") });
    });
  });

  describe("of a lab that is shared", () => {
    const zookeeper = noZooKeeper === undefined ? ", and write to its ZooKeeper" : "";
    const shared = `the lab is shared: every user of this computer can call its services${zookeeper}`;

    test("create --shared opens one that runs, and says so once", async () => {
      const opened = await lab.run("create", "--shared");
      expect(opened).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(shared) });
      const again = await lab.run("create");
      expect(again).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining(shared) });
    });

    test.each(services)("%s answers them", async (service) => {
      expect((await ask(service)).status).not.toBe(403);
    });

    test("made anew it says so, and that none of its apps may name a user", async () => {
      expect(await lab.run("halt")).toMatchObject({ exitCode: 0 });
      const { exitCode, stderr } = await lab.run("create");
      expect(exitCode).toBe(0);
      expect(stderr).toContain(shared);
      expect(stderr).not.toContain("ZooKeeper does not tell its clients apart");
      expect(stderr).toContain("no app may name a `user`");
    });
  });
});
