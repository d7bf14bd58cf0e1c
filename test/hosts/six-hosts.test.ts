import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { differences } from "../helpers/hosts/files.ts";
import { type Host, type Hosts, loginUser, noHosts, openHosts } from "../helpers/hosts/hosts.ts";
import { logs } from "../helpers/run/logs.ts";

/** What the tests of labs on hosts stand on. Those of the six depend on each other in their order. */

const names = ["h1", "h2", "h3", "h4", "h5", "h6"];
const plans = names.map((name, index) => ({ name, address: `192.168.33.${11 + index}` }));

describe.skipIf(noHosts)(`six hosts on one machine${noHosts}`, () => {
  let hosts: Hosts;
  let all: readonly Host[];
  let desk: string;

  const ssh = (host: Host, remote: string, accept: "any" | readonly number[] = [0]) => {
    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
    const args = ["-i", hosts.key, ...options.flatMap((option) => ["-o", option])];
    return hosts.exec("ssh", [...args, `${loginUser}@${host.address}`, remote], { accept });
  };

  beforeAll(async () => {
    desk = mkdtempSync(join(tmpdir(), "mesos-lab-six-"));
    hosts = await openHosts(plans, join(logs, "hosts-trees.log"));
    all = names.map((name) => hosts.host(name));
  });

  afterAll(async () => {
    await hosts?.close();
    rmSync(desk, { recursive: true, force: true });
  });

  test("Ansible gets into each of them, and becomes root there", async () => {
    const inventory = join(desk, "inventory");
    writeFileSync(inventory, plans.map(({ name, address }) => `${name} ansible_host=${address}\n`).join(""));
    const flags = ["-i", inventory, "--user", loginUser, "--private-key", hosts.key, "--become", "all"];
    const { stdout } = await hosts.exec("ansible", [...flags, "-m", "ping"], {
      env: { ANSIBLE_HOST_KEY_CHECKING: "False", ANSIBLE_LOCALHOST_WARNING: "False" },
      cwd: desk,
    });
    expect(stdout.match(/^h\d \| SUCCESS/gm)?.sort()).toEqual(names.map((name) => `${name} | SUCCESS`));
  });

  test("each runs containers of an image that was brought to it, of its own engine", async () => {
    for (const host of all)
      await host.root(
        "mkdir /root/tree && cp -a /bin /sbin /lib /lib64 /root/tree/ && mkdir /root/tree/usr && tar -C /root/tree -c . | docker import - small",
      );
    const greetings = await Promise.all(
      all.map((host) => ssh(host, `sudo docker run --rm -v /usr:/usr small echo hello from ${host.name}`)),
    );
    expect(greetings.map(({ stdout }) => stdout)).toEqual(names.map((name) => `hello from ${name}`));
    const engines = await Promise.all(all.map((host) => host.root("docker info --format '{{.ID}}'")));
    expect(new Set(engines.map(({ stdout }) => stdout)).size).toBe(names.length);
  });

  test("a port that one publishes is reached from another and from this machine, which reach nothing else", async () => {
    const [first, second] = all as [Host, Host];
    await first.root(
      "docker run -d --name web --restart always -p 8080:80 -v /usr:/usr small python3 -m http.server 80",
    );
    const address = `http://${first.address}:8080/`;
    await eventually(() => second.root(`curl -sf ${address}`));
    await hosts.exec("curl", ["-sf", address]);
    expect((await hosts.exec("ip", ["route", "show"])).stdout.trim()).toBe(
      "192.168.33.0/24 dev hosts proto kernel scope link src 192.168.33.1",
    );
  });

  test("a host's own reboot is one: another boot, and what starts at boot is back", async () => {
    const [host] = all as [Host];
    const boot = () => ssh(host, "cat /proc/sys/kernel/random/boot_id", "any");
    const before = await boot();
    await ssh(host, "sudo systemctl reboot", "any");
    await eventually(async () => {
      const now = await boot();
      expect(now.exitCode).toBe(0);
      expect(now.stdout).not.toBe(before.stdout);
    });
    await eventually(() => host.root("curl -sf http://127.0.0.1:8080/"));
  });

  test("a host whose plug is pulled is away until it boots", async () => {
    const [, host] = all as [Host, Host];
    await host.cut();
    expect((await ssh(host, "true", "any")).exitCode).toBe(255);
    await host.boot();
    await ssh(host, "true");
  });

  test("every change of a host's files is told, and logging in and running a container is none", async () => {
    const host = all[2] as Host;
    await ssh(host, "true");
    const before = await host.files();
    await ssh(host, "echo something >unsaved; rm unsaved");
    await host.root("docker run --rm -v /usr:/usr small true");
    const own = ["/var/lib/containerd", "/var/log"];
    expect(differences(before, await host.files(), own)).toEqual([]);
    await host.root(
      "echo x >>/etc/hostname; chmod 600 /etc/hosts; chown 1 /etc/passwd; rm /etc/fstab; ln -s x /etc/new; mv /etc/deluser.conf /srv/",
    );
    const told = differences(before, await host.files(), own);
    expect(told.map((line) => line.replace(/(was|new:|gone:) .*/, "$1"))).toEqual([
      "/etc/deluser.conf is gone:",
      "/etc/fstab is gone:",
      "/etc/hostname was",
      "/etc/hosts was",
      "/etc/new is new:",
      "/etc/passwd was",
      "/srv/deluser.conf is new:",
    ]);
  });
});

describe.skipIf(noHosts)(`other hosts${noHosts}`, () => {
  let hosts: Hosts;

  beforeAll(async () => {
    hosts = await openHosts([
      { name: "small", address: "192.168.33.11", docker: false, disk: 200 },
      { name: "old", address: "192.168.33.12", processor: "i686" },
    ]);
  });

  afterAll(() => hosts?.close());

  test("one has a small disk and no Docker, one another processor", async () => {
    const small = hosts.host("small");
    expect((await small.root("df --output=size --block-size=1M / /var/lib/docker")).stdout).toMatch(
      /^\s*1M-blocks\n\s*200\n\s*200$/,
    );
    expect((await small.root("command -v docker || echo none")).stdout).toBe("none");
    expect((await hosts.host("old").root("uname -m")).stdout).toBe("i686");
  });
});

test.skipIf(noHosts)(`nothing stays of hosts whose test run was killed${noHosts}`, async () => {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", new URL("../helpers/hosts/one-host.ts", import.meta.url).pathname],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const folder = dirname(String(line).trim());
  const left = () =>
    [
      ...readdirSync(tmpdir()).filter((name) => name === basename(folder)),
      ...readFileSync("/proc/self/mounts", "utf8")
        .split("\n")
        .filter((text) => text.includes(folder)),
      ...groupsNamed(basename(folder)),
      ...processesOf(folder),
    ].join("\n");
  expect(left()).not.toBe("");
  child.kill("SIGKILL");
  await once(child, "exit");
  await eventually(() => expect(left()).toBe(""));
});

function groupsNamed(name: string): string[] {
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "));
  return mounts
    .filter(([, , type]) => type === "cgroup2")
    .flatMap(([, path = ""]) => readdirSync(path).filter((entry) => entry === name));
}

/** The processes that were started with the folder among their arguments, or see one of its mounts. */
function processesOf(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      const seen = readFileSync(`/proc/${pid}/cmdline`, "utf8") + readFileSync(`/proc/${pid}/mounts`, "utf8");
      return /^\d+$/.test(pid) && Number(pid) !== process.pid && seen.includes(folder);
    } catch {
      return false;
    }
  });
}
