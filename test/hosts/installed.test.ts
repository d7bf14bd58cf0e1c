import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultCacheDir } from "../../src/tools/cache.ts";
import { run } from "../../src/tools/exec.ts";
import { eventually } from "../helpers/eventually.ts";
import { differences, type Files } from "../helpers/hosts/files.ts";
import { type Host, type Hosts, loginUser, noHosts, openHosts } from "../helpers/hosts/hosts.ts";
import { packageFolder } from "../helpers/hosts/packages.ts";
import { pathsAfterPackages, pathsThatStay } from "../helpers/hosts/paths-that-stay.ts";
import { missing } from "../helpers/missing.ts";
import { logs } from "../helpers/run/logs.ts";

/** A lab on a host that has nothing but SSH: what is installed there, and what stays of it. In their order. */

const without = noHosts || missing("ansible-playbook", "python3");
const root = new URL("../..", import.meta.url).pathname;
const cli = join(root, "dist/cli.js");
const address = "192.168.33.31";
const mirror = { address: "192.168.33.1", port: 8999 };

describe.skipIf(without !== "")(`a lab on a host without Docker${without}`, () => {
  let hosts: Hosts;
  let host: Host;
  let desk: string;
  let before: Files;
  let packagesBefore: string;
  const stop = new AbortController();

  const lab = async (...args: string[]) => {
    const outcome = await hosts.exec(process.execPath, [cli, ...args], {
      cwd: desk,
      env: { HOME: desk, XDG_CACHE_HOME: join(defaultCacheDir(), "..") },
      logFile: join(logs, "hosts-installed.log"),
      accept: "any",
    });
    expect(outcome.exitCode, `${args.join(" ")}\n${outcome.stdout}\n${outcome.stderr}`).toBe(0);
    return outcome;
  };
  const packages = async () => (await host.root("dpkg --get-selections")).stdout;

  beforeAll(async () => {
    desk = mkdtempSync(join(tmpdir(), "mesos-lab-desk-"));
    await run({ file: "npm", args: ["run", "build"], cwd: root });
    const logFile = join(logs, "hosts-images.log");
    await run({ file: process.execPath, args: [cli, "images", "build"] }, { logFile });
    hosts = await openHosts([{ name: "bare", address, docker: false }], join(logs, "hosts-trees.log"));
    host = hosts.host("bare");
    await packageFolder(join(desk, "debs"));
    const server = ["-m", "http.server", "--bind", mirror.address, "--directory", join(desk, "debs")];
    hosts
      .exec("python3", [...server, String(mirror.port)], { signal: stop.signal, accept: "any" })
      .catch(() => undefined);
    await eventually(() => hosts.exec("curl", ["-sf", `http://${mirror.address}:${mirror.port}/Packages`]));
    await host.root(
      `echo 'deb [trusted=yes] http://${mirror.address}:${mirror.port} ./' >/etc/apt/sources.list`,
    );
    mkdirSync(join(desk, ".ssh"));
    writeFileSync(
      join(desk, ".ssh/config"),
      `Host only\n  HostName ${address}\n  User ${loginUser}\n  IdentityFile ${hosts.key}\n`,
    );
    writeFileSync(
      join(desk, "mesos-lab.yaml"),
      `name: bare
machines:
  - name: bare
    ip: ${address}
    services: [zookeeper, mesos-master, mesos-slave, marathon]
    ssh: {alias: only}
discovery: [haproxy-marathon-bridge]
`,
    );
    before = await host.files();
    packagesBefore = await packages();
  });

  afterAll(async () => {
    stop.abort();
    await hosts?.close();
    rmSync(desk, { recursive: true, force: true });
  });

  test("a dry run says what will be installed", async () => {
    const { stdout } = await lab("create", "--dry-run");
    expect(stdout).toContain("  install with apt: docker.io, python3-requests, haproxy, and what they need");
    expect(differences(before, await host.files(), pathsThatStay)).toEqual([]);
  });

  test("create installs Docker and serves the app; a second one changes nothing", async () => {
    await lab("create");
    await lab("demo");
    expect((await lab("create")).stderr).toContain("Ansible is not needed");
  });

  test("a bridge that was stopped by hand is seen and put right, and no package is asked for", async () => {
    await host.root("systemctl stop haproxy-marathon-bridge.timer");
    const { stderr } = await lab("create");
    expect(stderr).toContain("something differs on");
    expect(stderr).toContain("What every machine needs besides: nothing to change");
    expect((await host.root("systemctl is-active haproxy-marathon-bridge.timer")).stdout.trim()).toBe(
      "active",
    );
  });

  test("destroy --with-docker removes what was installed as well", async () => {
    const { stderr } = await lab("destroy", "--yes", "--with-docker");
    expect(stderr).toMatch(/removed: .*, Docker/);
    expect(await packages()).toBe(packagesBefore);
    expect(differences(before, await host.files(), pathsAfterPackages)).toEqual([]);
  });

  test("destroy alone leaves Docker, and says so", async () => {
    await lab("create");
    const { stderr } = await lab("destroy", "--yes");
    expect(stderr).toContain("left: Docker, which the lab installed");
    await host.root("docker info");
  });
});
