import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { noNetwork } from "../../helpers/lab-network.ts";
import { type Desk, openDesk } from "../../helpers/run-cli.ts";

describe.skipIf(noNetwork)(
  `a lab that was made (${noNetwork ?? "in a network of its own"})`,
  { concurrent: true },
  () => {
    const plan = async (desk: Desk, ...args: string[]) =>
      (await desk.run(["create", "--dry-run", ...args])).stdout.split("\n")[0];
    const flags = ["--memory", "1024", "--box", "acme/box", "--box-version", "1.2.3"];

    test("keeps the flags with which it was made, for every verb", async () => {
      const desk = openDesk();
      expect(await desk.run(["create", ...flags])).toMatchObject({ exitCode: 0 });
      const again = await desk.run(["create"]);
      expect(again).toMatchObject({ exitCode: 0 });
      expect(again.stderr).toContain("nothing to change");
      expect(again.stderr).not.toContain("it was made with");
      expect((await desk.run(["render"])).stdout).toContain("nothing to change");
      expect(await plan(desk)).toBe(
        "npx mesos-lab render --name mesos-lab --box acme/box --box-version 1.2.3 --memory 1024 --provider virtualbox",
      );
    });

    test("keeps no flag that only says how the result is told", async () => {
      const desk = openDesk();
      const { commands } = JSON.parse((await desk.run(["create", "--dry-run", "--json"])).stdout);
      expect(commands[0]).toBe(await plan(desk));
      for (const verb of ["render", "create", "status"]) {
        expect(await desk.run([verb, "--json"])).toMatchObject({ exitCode: 0 });
        expect(await desk.run(["status"])).toMatchObject({ exitCode: 0 });
      }
      expect(await plan(desk)).toBe("npx mesos-lab render --name mesos-lab --provider virtualbox");
    });

    test("tells what a flag would change, and what that means, before it changes anything", async () => {
      const desk = openDesk();
      await desk.run(["create", ...flags]);
      const { exitCode, stderr } = await desk.run(["create", "--memory", "2048", "--box", "acme/other"]);
      expect(exitCode).toBe(0);
      expect(stderr).toContain("machines[0].memory: it was made with 1024, now it is 2048");
      expect(stderr).toContain(
        "box.name: it was made with acme/box, now it is acme/other (machines that are there",
      );
      expect(stderr.indexOf("it was made with")).toBeLessThan(stderr.indexOf("Write "));
      // A version is one box's.
      expect(await plan(desk)).toContain("--box acme/other --memory 2048");
    });

    test("is not made of another stack", async () => {
      const desk = openDesk();
      await desk.run(["create"]);
      const before = desk.calls();
      const { exitCode, stderr } = await desk.run(["create", "--stack", "rehearsal"]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('✖ lab "mesos-lab" is of the stack classic, and asked for is rehearsal');
      expect(stderr).toContain("npx mesos-lab destroy --name mesos-lab");
      expect(desk.calls()).toEqual(before);
    });

    test("is the one that is meant where there is no other and no lab file; its lab file must be there", async () => {
      const desk = openDesk();
      writeFileSync(desk.path("class.yaml"), "name: class\n");
      expect(await desk.run(["render", "--file", "class.yaml"])).toMatchObject({ exitCode: 0 });
      expect(await desk.run(["create", "--file", "class.yaml"])).toMatchObject({ exitCode: 0 });
      expect(await plan(desk)).toBe(
        "npx mesos-lab render --file class.yaml --name class --provider virtualbox",
      );
      rmSync(desk.path("class.yaml"));
      const { exitCode, stderr } = await desk.run(["create"]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(
        '✖ lab "class" was made of the lab file class.yaml, which is not there any more',
      );
    });
  },
);
