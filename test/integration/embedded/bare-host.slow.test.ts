import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embeddedLab, post, runningTasks } from "../../helpers/embedded-lab.ts";
import { eventually } from "../../helpers/eventually.ts";

/** A host that has Node, a shell and little else: no Vagrant, no Docker, no HAProxy; and Marathon's port is taken. */
describe("a bare host", () => {
  const programs = ["sleep", "tail"];
  const lab = embeddedLab({ PATH: "" });
  const taken = createServer();
  let created = { exitCode: -1, stdout: "", stderr: "" };

  beforeAll(async () => {
    mkdirSync(join(lab.folder, "bin"));
    for (const name of programs) symlinkSync(`/usr/bin/${name}`, join(lab.folder, "bin", name));
    lab.env.PATH = join(lab.folder, "bin");
    // Addresses of machines, of which those of loopback are made; and nothing said of where the lab is to run.
    const file = join(lab.folder, "mesos-lab.yaml");
    const text = readFileSync(file, "utf8").replace("runsOn: embedded\n", "");
    writeFileSync(file, text.replaceAll(/127\.\d+\.(\d+)\./g, "10.99.$1."));
    await new Promise<void>((resolve) => taken.listen(8080, lab.loopback(18), resolve));
    created = await lab.run("create");
  });
  afterAll(async () => {
    taken.close();
    await lab.remove();
  });
  const at = (name: "marathon" | "bamboo" | "haproxy") => {
    const { lab: made, machine } = { lab: lab.lab(), machine: lab.lab().machines[0] };
    return `http://${machine?.ip}:${machine?.ports?.[name] ?? made.ports[name]}`;
  };

  test("the first line says why there are no machines, the table that all claims hold, the pages where they are", () => {
    expect(created).toMatchObject({ exitCode: 0 });
    expect(created.stderr.split("\n")[0]).toBe(
      "No virtual machines: Vagrant is not installed, neither VirtualBox nor libvirt is installed. The lab is embedded: stand-ins as processes on loopback",
    );
    expect(created.stderr).toContain("  for real machines: Vagrant (developer.hashicorp.com/vagrant)");
    expect(created.stderr).toContain("master: marathon 8081 instead of 8080");
    expect(created.stdout).toContain("12 of 12 claims hold");
    expect(created.stdout).toContain("ZooKeeper serves (master): not part of an embedded lab");
    expect(created.stdout).toContain("The built-in proxy answers");
    expect(created.stdout).toContain(`Marathon ${at("marathon")}/`);
  });

  test("demo: the app is run by its stand-in, says so, and is served by the built-in proxy", async () => {
    const demo = await lab.run("demo");
    expect(demo).toMatchObject({ exitCode: 0 });
    const page = await fetch(at("haproxy"));
    expect(await page.text()).toContain("mesos-lab's stand-in for Tomcat");
    const [task] = await runningTasks(at("marathon"));
    const state = await fetch(`http://${lab.loopback(19)}:5051/state.json`);
    expect(await state.text()).toContain(task?.id ?? "no task");
  });

  test("what is not there is neither shown nor broken", async () => {
    expect((await lab.run("status")).stdout).toContain(
      "machines: none (embedded: processes on loopback, a store in their launcher for ZooKeeper, a built-in proxy",
    );
    const drilled = await lab.run("drill", "restart-zookeeper");
    expect(drilled).toMatchObject({ exitCode: 2 });
    expect(drilled.stderr).toContain("restart-zookeeper needs a ZooKeeper");
    expect(drilled.stderr).not.toContain("drill restart-zookeeper");
    expect((await lab.run("logs", "zookeeper")).stderr).toContain("ZooKeeper is not part of an embedded lab");
  });

  test("an ACL that the built-in proxy does not understand is refused with words", async () => {
    const rule = { id: "/other", acl: "src 10.0.0.0/8" };
    const answer = await post(`${at("bamboo")}/api/services`, rule);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("the built-in proxy does not understand 'src' in an ACL. It knows path,");
  });

  test("an image that nothing stands for fails its task with that reason", async () => {
    const app = {
      ...{ id: "redis", cpus: 0.1, mem: 16, instances: 1 },
      container: { type: "DOCKER", docker: { image: "redis:7", network: "HOST" } },
    };
    expect(await post(`${at("marathon")}/v2/apps`, app)).toMatchObject({ status: 201 });
    await eventually(async () => {
      const answer = await fetch(`${at("marathon")}/v2/apps/redis?embed=app.lastTaskFailure`);
      const { app: found } = (await answer.json()) as { app: { lastTaskFailure?: { message: string } } };
      expect(found.lastTaskFailure?.message).toContain("no built-in program stands for the image redis:7");
    });
    await fetch(`${at("marathon")}/v2/apps/redis`, { method: "DELETE" });
  });

  test("a page of another site reaches nothing: foreign Host and Origin are refused everywhere", async () => {
    const master = lab.loopback(18);
    const pages = [
      [`${master}:5050`, "/"],
      [`${lab.loopback(19)}:5051`, "/"],
      [at("marathon").slice(7), "/ui/"],
      [at("bamboo").slice(7), "/"],
    ] as const;
    for (const [place, path] of pages) {
      const status = (headers: Record<string, string>) => statusOf(place + path, headers);
      expect([place, await status({})]).toEqual([place, 200]);
      expect([place, await status({ origin: `http://${place}` })]).toEqual([place, 200]);
      for (const headers of [
        { host: "attacker.example" },
        { host: `attacker.example:${place.split(":")[1]}` },
        { origin: "http://attacker.example" },
        { origin: "null" },
        // A task's own page, on another port of the same address, may not either.
        { origin: `http://${master}:31000` },
      ])
        expect([place, headers, await status(headers)]).toEqual([place, headers, 403]);
    }
  });

  test("nothing listens beyond loopback", () => {
    const ports = new Set([
      5050,
      5051,
      ...["marathon", "bamboo"].map((name) => portOf(at(name as "marathon"))),
    ]);
    const listening = readFileSync("/proc/net/tcp", "utf8")
      .split("\n")
      .map((line) => /^\s*\d+: ([0-9A-F]{8}):([0-9A-F]{4}) \S+ 0A/.exec(line))
      .filter((match) => ports.has(Number.parseInt(match?.[2] ?? "0", 16)));
    expect(listening.length).toBeGreaterThanOrEqual(ports.size);
    // Little-endian: the address' first number comes last.
    for (const match of listening) expect(match?.[1]).toMatch(/7F$/);
  });
});

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** `fetch` sets these two headers itself. */
function statusOf(page: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`http://${page}`, { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .once("error", reject)
      .end();
  });
}
