import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listImages } from "../../src/foundry/images/build.ts";
import { inventory } from "../../src/render/inventory.ts";
import { renderLab } from "../../src/render/lab.ts";
import { defaultCacheDir } from "../../src/tools/cache.ts";
import { run } from "../../src/tools/exec.ts";
import { readTemplates, writeFiles } from "../../src/tools/files.ts";
import { labFrom } from "../helpers/described-labs.ts";
import { eventually } from "../helpers/eventually.ts";
import { type Hosts, loginUser, noHosts, openHosts } from "../helpers/hosts/hosts.ts";
import { packageFolder } from "../helpers/hosts/packages.ts";
import { missing } from "../helpers/missing.ts";
import { logs } from "../helpers/run/logs.ts";

/**
 * What is rendered for Ansible, on machines that Vagrant has not made: nothing but the inventory is another one. They
 * reach no package mirror; HAProxy comes as out of a bundle. The tests depend on each other in their order.
 */

const without = noHosts || missing("ansible-playbook");
const root = new URL("../..", import.meta.url).pathname;

const lab = {
  ...labFrom("stack: rehearsal\ndiscovery: [bamboo, mesos-dns, marathon-lb, haproxy-marathon-bridge]\n"),
  bundle: { images: {}, packages: true, client: false },
};
/** What the bridge needs and the hosts have not. */
const packages = ["haproxy", "liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1"];

describe.skipIf(without !== "")(`the playbooks on hosts that are there already${without}`, () => {
  let hosts: Hosts;
  let folder: string;

  const play = async (...args: string[]) => {
    const { exitCode, stdout } = await hosts.exec("ansible-playbook", args, {
      cwd: folder,
      env: { ANSIBLE_NOCOLOR: "1", LC_ALL: "C.UTF-8" },
      logFile: join(logs, "hosts-playbooks.log"),
      accept: "any",
    });
    const changed = Object.fromEntries(
      [...stdout.matchAll(/^(\w+) +: ok=\d+ +changed=(\d+)/gm)].map(([, name = "", n]) => [name, Number(n)]),
    );
    return { exitCode, changed, stdout };
  };
  const nothingChanged = { exitCode: 0, changed: { master: 0, slave: 0 } };
  const onMaster = async (script: string) => (await hosts.host("master").root(script)).stdout;
  const onSlave = async (script: string) => (await hosts.host("slave").root(script)).stdout;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mesos-lab-playbooks-"));
    await run({ file: "npm", args: ["run", "build"], cwd: root });
    const logFile = join(logs, "hosts-images.log");
    await run({ file: process.execPath, args: [join(root, "dist/cli.js"), "images", "build"] }, { logFile });
    const archive = (await listImages({ cacheDir: defaultCacheDir() }))?.file;
    await packageFolder(join(folder, "bundle/packages"), packages);
    hosts = await openHosts(
      lab.machines.map(({ name, ip }) => ({ name, address: ip })),
      join(logs, "hosts-trees.log"),
    );
    writeFiles(folder, renderLab(lab, readTemplates()));
    const vars = {
      ansible_user: loginUser,
      ansible_python_interpreter: "/usr/bin/python3",
      ansible_ssh_private_key_file: hosts.key,
      ansible_ssh_common_args: `-o UserKnownHostsFile=${folder}/known_hosts -o StrictHostKeyChecking=accept-new`,
      rehearsal_images_archive: archive,
    };
    writeFileSync(join(folder, "inventory.yml"), JSON.stringify({ all: { ...inventory(lab).all, vars } }));
  });

  afterAll(async () => {
    await hosts?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("site.yml makes the lab, and changes nothing the second time", async () => {
    const first = await play("site.yml");
    expect(first.exitCode, first.stdout).toBe(0);
    const curl = async (...args: string[]) => (await hosts.exec("curl", ["-sf", ...args])).stdout;
    // Bamboo asks for it again and again, with pauses.
    await eventually(async () =>
      expect(await curl("http://192.168.33.18:8080/v2/eventSubscriptions")).toContain(
        "http://192.168.33.18:8000/api/marathon/event_callback",
      ),
    );
    expect(await curl("--user", "admin:admin", "http://192.168.33.19:9090/haproxy?stats")).toContain(
      "Statistics Report for HAProxy",
    );
    expect(await play("site.yml")).toMatchObject(nothingChanged);
  });

  test("a service's playbook alone makes its container, and leaves it as it is", async () => {
    await onMaster("docker rm --force ma");
    expect(await play("playbooks/marathon.yml")).toMatchObject({ exitCode: 0, changed: { master: 1 } });
    expect(await play("playbooks/ready.yml")).toMatchObject(nothingChanged);
    expect(await play("playbooks/marathon.yml")).toMatchObject({ exitCode: 0, changed: { master: 0 } });
  });

  test("a configuration that an interrupted run has brought makes its container anew, and no other", async () => {
    const containers = () => onMaster("docker inspect --format '{{.Name}} {{.Id}}' zk mm ma bam dns mlb");
    const before = (await containers()).split("\n");
    const path = join(folder, "files/master/mesos-dns/config.json");
    const config = readFileSync(path, "utf8").replace('"timeout": 5', '"timeout": 6');
    writeFileSync(path, config);
    await onMaster(`cat >/etc/mesos-dns/config.json <<'END'\n${config}END\n`);
    expect(await play("site.yml")).toMatchObject({ exitCode: 0, changed: { slave: 0 } });
    const after = (await containers()).split("\n");
    expect(after.filter((line) => !before.includes(line))).toEqual([expect.stringMatching(/^\/dns /)]);
    expect(await play("site.yml")).toMatchObject(nothingChanged);
  });

  test("a bridge that was stopped, changed by hand and kept from boot is put right, once", async () => {
    const settings = "/etc/default/haproxy-marathon-bridge";
    const before = await onSlave(`cat ${settings}`);
    await onSlave("systemctl disable --now haproxy-marathon-bridge.timer");
    await onSlave(`systemctl stop haproxy; echo >>${settings}`);
    const mended = await play("site.yml");
    expect(mended.exitCode, mended.stdout).toBe(0);
    expect(mended.changed).toEqual({ master: 0, slave: expect.toSatisfy((count: number) => count > 0) });
    expect(await play("site.yml")).toMatchObject(nothingChanged);
    expect(await onSlave(`cat ${settings}`)).toBe(before);
    expect(await onSlave("systemctl is-enabled haproxy-marathon-bridge.timer")).toBe("enabled");
    await eventually(async () => {
      expect(await onSlave("systemctl is-active haproxy-marathon-bridge.timer haproxy")).toBe(
        "active\nactive",
      );
    });
  });
});
