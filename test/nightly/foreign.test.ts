import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DrillReport } from "../../src/drills/model/report.ts";
import { defaultCacheDir } from "../../src/tools/cache.ts";
import type { RunOptions } from "../../src/tools/exec.ts";
import { differences, type Files } from "../helpers/hosts/files.ts";
import { loginUser } from "../helpers/hosts/hosts.ts";
import { pathsThatStay } from "../helpers/hosts/paths-that-stay.ts";
import { logs } from "../helpers/run/logs.ts";
import { buildBox } from "../helpers/vm-box.ts";
import { openVmNamespace, type VmNamespace } from "../helpers/vm-namespace.ts";

/**
 * A lab on hosts that are whole machines, each with a kernel of its own: Vagrant makes them by a Vagrantfile that is not
 * the tool's, and the tool knows them by their SSH alone. The tests depend on each other in their order.
 */

const root = new URL("../..", import.meta.url).pathname;
const cli = join(root, "dist", "cli.js");
const minutes = (count: number) => count * 60_000;
const addresses = { first: "192.168.33.31", second: "192.168.33.32" };
const names = Object.keys(addresses) as (keyof typeof addresses)[];

const vagrantfile = `
Vagrant.configure("2") do |config|
  config.vm.box = "somebody/debian"
  config.vm.boot_timeout = 1800
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.vm.provider "libvirt" do |libvirt|
    libvirt.uri = "qemu:///system"
    libvirt.driver = "qemu"
    libvirt.cpu_mode = "custom"
    libvirt.cpu_model = "qemu64"
    libvirt.memory = 1536
    libvirt.cpus = 2
    libvirt.graphics_type = "none"
    libvirt.video_type = "none"
  end
${names
  .map(
    (name) => `  config.vm.define "${name}" do |machine|
    machine.vm.hostname = "${name}"
    machine.vm.network "private_network", ip: "${addresses[name]}"
  end`,
  )
  .join("\n")}
end
`;

process.env.VAGRANT_HOME = mkdtempSync(join(tmpdir(), "mesos-lab-vagrant-"));

/** Where somebody has machines, and where the lab is made of them. */
const room = mkdtempSync(join(tmpdir(), "mesos-lab-room-"));
const desk = mkdtempSync(join(tmpdir(), "mesos-lab-desk-"));
const figures: string[] = [];
let namespace: VmNamespace;
let before: ReadonlyMap<string, Files>;

async function timed<T>(what: string, work: Promise<T>): Promise<T> {
  const begin = performance.now();
  try {
    return await work;
  } finally {
    figures.push(`${what}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  }
}

const vagrant = (args: readonly string[], options: RunOptions = {}) =>
  namespace.exec("vagrant", args, {
    ...{ cwd: room, env: { VAGRANT_HOME: process.env.VAGRANT_HOME ?? "" } },
    ...{ timeoutMs: minutes(40), logFile: join(logs, "foreign-vagrant.log") },
    ...options,
  });

const keyOf = (name: string) => join(room, ".vagrant", "machines", name, "libvirt", "private_key");

/** Runs a shell script as root on a machine, as its owner. */
const onMachine = async (name: keyof typeof addresses, script: string) => {
  const quiet = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
  const options = ["-i", keyOf(name), ...quiet.flatMap((option) => ["-o", option])];
  const where = `vagrant@${addresses[name]}`;
  const { stdout } = await namespace.exec("ssh", [...options, where, "sudo", "sh", "-eu"], {
    input: script,
    timeoutMs: minutes(10),
  });
  return stdout;
};

/** Every file of a machine's own file system but Docker's: type, mode, owner, and the sum of what is in it. */
const filesOf = async (name: keyof typeof addresses): Promise<Files> => {
  const stdout = await onMachine(
    name,
    String.raw`find / -xdev -path /var/lib/docker -prune -o -printf '%p\t%y %m %U:%G %l\n'
find / -xdev -path /var/lib/docker -prune -o -path /var/log -prune -o -type f -print0 | xargs -0 cksum | sed -E 's/^([0-9]+ [0-9]+) (.*)/\2\t\1/'`,
  );
  const files = new Map<string, string>();
  for (const line of stdout.split("\n")) {
    const [path = "", what = ""] = line.split("\t");
    if (path !== "") files.set(path, `${files.get(path) ?? ""}${what}`);
  }
  return files;
};

/** What a machine of its own writes by itself while the hours pass. */
const ownAccounts = [
  "/home/vagrant/.sudo_as_admin_successful",
  "/var/lib/systemd",
  "/var/lib/dhcp",
  "/var/lib/private",
  "/var/cache",
  "/run",
];

const stays = pathsThatStay.map((path) => path.replace(`/home/${loginUser}`, "/home/vagrant"));

const lab = (args: readonly string[]) =>
  namespace.exec(process.execPath, [cli, ...args], {
    ...{ cwd: desk, timeoutMs: minutes(50), logFile: join(logs, "foreign-lab.log"), accept: "any" },
    env: { HOME: desk, XDG_CACHE_HOME: dirname(defaultCacheDir()) },
  });
const done = async (...args: string[]) => {
  const outcome = await timed(args.join(" "), lab(args));
  expect(outcome.exitCode, `${args.join(" ")}\n${outcome.stdout}\n${outcome.stderr}`).toBe(0);
  return outcome;
};

beforeAll(async () => {
  mkdirSync(logs, { recursive: true });
  await buildBox(root, join(logs, "foreign-build.log"), timed);
  const boxes = join(defaultCacheDir(), "box");
  const { file } = JSON.parse(readFileSync(join(boxes, "current.json"), "utf8")) as { file: string };
  namespace = await openVmNamespace();
  writeFileSync(join(room, "Vagrantfile"), vagrantfile);
  await vagrant(["box", "add", "--name", "somebody/debian", join(boxes, file)]);
  await timed("vagrant up", vagrant(["up", "--provider", "libvirt"]));
  // What the owner's first boot still writes, and the images that this box has and a usual one has not.
  for (const name of names)
    await onMachine(
      name,
      "systemctl is-system-running --wait >/dev/null || true; docker image prune --all --force",
    );
  before = new Map(await Promise.all(names.map(async (name) => [name, await filesOf(name)] as const)));
  const machine = (name: keyof typeof addresses, services: string) =>
    `  - {name: ${name}, ip: ${addresses[name]}, services: [${services}], ssh: {identityFile: ${keyOf(name)}}}\n`;
  writeFileSync(
    join(desk, "mesos-lab.yaml"),
    `name: foreign\nrunsOn: hosts\nssh: {user: vagrant}\nmachines:\n${machine("first", "zookeeper, mesos-master, marathon, bamboo")}${machine("second", "mesos-slave")}drills: {reboot: true}\n`,
  );
}, minutes(60));

afterAll(async () => {
  console.log(figures.join("\n"));
  cpSync(desk, join(logs, "foreign"), { recursive: true });
  await namespace?.close();
  for (const each of [desk, room, process.env.VAGRANT_HOME ?? desk])
    rmSync(each, { recursive: true, force: true });
}, minutes(2));

describe("a lab on somebody's machines", { timeout: minutes(60) }, () => {
  test("create makes it, and a second one changes nothing", async () => {
    await done("create");
    const { stderr } = await done("create");
    expect(stderr).toContain("Ansible is not needed");
  });

  test("the demo is served, and finds its way back", async () => {
    await done("demo");
    await done("drill", "kill-task");
    await done("drill", "full-disk-slave");
  });

  test("a slave whose packets are late and lost goes on serving, more slowly", async () => {
    const { stdout } = await done("drill", "slow-slave", "--json");
    const result = stdout.split("\n").find((line) => line.includes('"event":"result"')) ?? "{}";
    const [report] = (JSON.parse(result) as { drills: readonly DrillReport[] }).drills;
    const latency = report?.lanes[0]?.outage.latency;
    expect(latency?.during.maxMs).toBeGreaterThan(latency?.before.maxMs ?? Number.POSITIVE_INFINITY);
    expect(await onMachine("second", "tc qdisc show")).not.toContain("netem");
  });

  test("a reboot of the host is one of the machine", async () => {
    const boot = () => onMachine("second", "cat /proc/sys/kernel/random/boot_id");
    const before = await boot();
    await done("drill", "reboot-slave");
    expect(await boot()).not.toBe(before);
  });

  test("destroy leaves every machine as it was, but for what the documentation names", async () => {
    await done("destroy", "--yes");
    for (const name of names) {
      const now = await filesOf(name);
      expect(differences(before.get(name) as Files, now, [...stays, ...ownAccounts])).toEqual([]);
      expect(
        await onMachine(name, "docker ps --all --quiet; docker images --quiet; docker volume ls --quiet"),
      ).toBe("");
    }
  });
});
