import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Lab } from "../../../src/lab/model.ts";
import { inventory } from "../../../src/render/inventory.ts";
import { renderLab } from "../../../src/render/lab.ts";
import { withoutWaiting } from "../../../src/render/site.ts";
import { run } from "../../../src/tools/exec.ts";
import { readTemplates, writeFiles } from "../../../src/tools/files.ts";
import { tutorialLab } from "../../helpers/described-labs.ts";
import { type FakePrograms, fakePrograms } from "../../helpers/fake-programs.ts";
import { missing } from "../../helpers/missing.ts";

/**
 * A rendered lab's containers and waits, by Ansible on this host. Doubles stand for Docker: the program, and the module
 * of Ansible's that starts containers; one server on loopback answers for all services.
 */

const noAnsible = missing("ansible-playbook");

/** Each container is a file; where `fails` names it, it cannot be started. */
const containerModule = `#!/usr/bin/python3
# WANT_JSON
import json, os, sys
args = json.load(open(sys.argv[1]))
name = args["name"]
folder = os.environ["FAKE_DOCKER"]
with open(os.path.join(folder, "events"), "a") as events:
    events.write("container %s\\n" % name)
if os.path.exists(os.path.join(folder, "fails")) and open(os.path.join(folder, "fails")).read() == name:
    print(json.dumps({"failed": True, "msg": "no such thing"}))
    sys.exit(1)
path = os.path.join(folder, "containers", name)
changed = not os.path.exists(path)
open(path, "w").close()
print(json.dumps({"changed": changed}))
`;

/** What a service that is ready answers, by the path that it is asked. */
const ready: Readonly<Record<string, object>> = {
  "/state.json": { leader: "master@127.0.0.1:5050", id: "S0" },
  "/v2/info": { elected: true, frameworkId: "F0" },
  "/status": {},
};

let folder: string;
let programs: FakePrograms;
let server: Server;
/** How often each path still answers that its service is not ready. */
const early = new Map<string, number>();

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

/** What happened since the last call: containers looked at, and services asked. */
function events(): readonly string[] {
  const path = join(folder, "events");
  const all = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  rmSync(path, { force: true });
  return all;
}

async function play(
  playbook: string,
  { lab = "lab", ...more }: { lab?: string; ANSIBLE_SKIP_TAGS?: string } = {},
) {
  const env = {
    ...more,
    PATH: `${programs.path}:${process.env.PATH}`,
    ANSIBLE_NOCOLOR: "1",
    ANSIBLE_COLLECTIONS_PATH: join(folder, "collections"),
    FAKE_DOCKER: folder,
    LC_ALL: "C.UTF-8",
    HOME: folder,
  };
  const command = { file: "ansible-playbook", args: [playbook], cwd: join(folder, lab), env };
  const { exitCode, stdout } = await run(command, { accept: "any" });
  const changed = [...stdout.matchAll(/changed=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  return { exitCode, changed, stdout };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-ready-"));
  mkdirSync(join(folder, "containers"));
  programs = fakePrograms({
    docker: `for last; do :; done
      [ "$1" = image ] && echo sha256:1 && exit
      cat ${folder}/containers/"$last" && echo "$last"`,
  });
  const module = "collections/ansible_collections/community/docker/plugins/modules/docker_container.py";
  write(module, containerModule);
  chmodSync(join(folder, module), 0o755);
  server = createServer(({ url = "" }, answer) => {
    const left = early.get(url) ?? 0;
    early.set(url, left - 1);
    appendFileSync(join(folder, "events"), `${left > 0 ? "not yet" : "ready"} ${url}\n`);
    answer.writeHead(left > 0 ? 503 : 200, { "Content-Type": "application/json" });
    answer.end(JSON.stringify(ready[url] ?? null));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  const local = {
    ansible_connection: "local",
    ansible_become: false,
    ansible_python_interpreter: "/usr/bin/python3",
    container_note_file: `${folder}/note/{{ inventory_hostname }}`,
  };
  for (const [name, stack] of [
    ["lab", "rehearsal"],
    ["classic", "classic"],
  ] as const) {
    const described = tutorialLab(stack);
    const lab: Lab = {
      ...described,
      ports: { ...described.ports, mesosMaster: port, mesosSlave: port, marathon: port, bamboo: port },
      machines: described.machines.map((machine) => ({ ...machine, ip: "127.0.0.1" })),
    };
    const files = renderLab(lab, readTemplates());
    writeFiles(join(folder, name), files);
    write(`${name}/inventory.yml`, JSON.stringify({ all: { ...inventory(lab).all, vars: local } }));
    // Without what installs something, and without the check of a machine, which this host would not pass.
    const site = files.find(({ path }) => path === "site.yml")?.contents ?? "";
    write(`${name}/site.yml`, `---\n${site.slice(site.indexOf('- name: "The containers that are there"'))}`);
  }
});

afterAll(() => {
  server?.close();
  programs?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(noAnsible !== "")(
  `no service goes unwaited for, whatever an earlier run came to${noAnsible}`,
  async () => {
    write("fails", "ma");
    const failed = await play("site.yml");
    expect(failed.stdout).toContain("no such thing");
    expect(failed.exitCode).toBe(2);
    // Nothing waits for what can be found later, and not for the slave where the master has failed: nothing was asked.
    const containers = (...names: string[]) => names.map((name) => `container ${name}`);
    // The slave goes at its own pace.
    const slave = "container ms1";
    const told = events();
    expect(told).toContain(slave);
    expect(told.filter((text) => text !== slave)).toEqual(containers("zk", "mm", "ma"));

    rmSync(join(folder, "fails"));
    early.set("/v2/info", 2);
    const second = await play("site.yml");
    expect(second).toMatchObject({ exitCode: 0, changed: 2 });
    // The containers of the first run are no news in this one, and their services are waited for all the same.
    const again = events();
    expect(again).toContain(slave);
    expect(again.filter((text) => text !== slave)).toEqual([
      ...containers("zk", "mm", "ma", "bam"),
      ...["ready /state.json", "ready /state.json"],
      ...["not yet /v2/info", "not yet /v2/info", "ready /v2/info", "ready /status"],
    ]);

    expect(await play("site.yml")).toMatchObject({ exitCode: 0, changed: 0 });
    expect(events()).toEqual([]);

    // One that is run alone does not ask whether anything is new.
    expect(await play("playbooks/marathon.yml")).toMatchObject({ exitCode: 0, changed: 0 });
    expect(events()).toEqual(["container ma"]);

    // Who waits himself starts everything, and asks nobody.
    rmSync(join(folder, "note"), { recursive: true });
    expect(await play("site.yml", withoutWaiting)).toMatchObject({ exitCode: 0, changed: 0 });
    expect(events().toSorted()).toEqual(containers("bam", "ma", "mm", "ms1", "zk"));
    expect(await play("site.yml")).toMatchObject({ exitCode: 0, changed: 0 });
    expect(events()).toEqual([]);
  },
);

test.skipIf(noAnsible !== "")(`the real Bamboo is started when Marathon is ready${noAnsible}`, async () => {
  early.set("/v2/info", 1);
  expect(await play("playbooks/bamboo.yml", { lab: "classic" })).toMatchObject({ exitCode: 0 });
  expect(events()).toEqual(["not yet /v2/info", "ready /v2/info", "container bam"]);
});
