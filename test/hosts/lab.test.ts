import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultCacheDir } from "../../src/tools/cache.ts";
import { type RunOptions, run } from "../../src/tools/exec.ts";
import { until } from "../helpers/eventually.ts";
import { differences, type Files } from "../helpers/hosts/files.ts";
import { type Host, type Hosts, loginUser, noHosts, openHosts } from "../helpers/hosts/hosts.ts";
import { pathsThatStay } from "../helpers/hosts/paths-that-stay.ts";
import { missing } from "../helpers/missing.ts";
import { atNight, everyNight } from "../helpers/nightly.ts";
import { logs } from "../helpers/run/logs.ts";

/** A lab on six hosts from the first look to the last byte. The tests depend on each other in their order. */

const without = noHosts || missing("ansible-playbook");
const root = new URL("../..", import.meta.url).pathname;
const cli = join(root, "dist/cli.js");
const masters = ["m1", "m2", "m3"];
const slaves = ["s1", "s2", "s3"];
const names = [...masters, ...slaves];
/** The host that a drill's report says was rebooted: a drill breaks the one that leads, whichever that is. */
const rebootedIn = (report: string): string => {
  const [, name] = /reboot asked of the machine +(\S+)/.exec(report) ?? [];
  if (name === undefined) throw new Error(`no reboot in this report:\n${report}`);
  return name;
};
const addressOf = (name: string) => `192.168.33.${11 + [...names, "small", "old", "asks"].indexOf(name)}`;

describe.skipIf(without !== "")(`a lab on six hosts${without}`, () => {
  let hosts: Hosts;
  let desk: string;
  let home: string;
  let before: ReadonlyMap<string, { readonly files: Files; readonly docker: string; readonly start: string }>;
  /** Hosts that booted during these tests. */
  const booted = new Set<string>();

  const lab = (args: readonly string[], options: RunOptions = {}) =>
    hosts.exec(process.execPath, [cli, ...args], {
      ...options,
      cwd: desk,
      env: {
        HOME: home,
        XDG_CACHE_HOME: dirname(defaultCacheDir()),
      },
      logFile: join(logs, "hosts-lab.log"),
      accept: "any",
    });
  const done = async (...args: string[]) => {
    const outcome = await lab(args);
    expect(outcome.exitCode, `${args.join(" ")}\n${outcome.stdout}\n${outcome.stderr}`).toBe(0);
    return outcome;
  };
  const describeLab = (text: string) => writeFileSync(join(desk, "mesos-lab.yaml"), text);
  const machine = (name: string, services: string) =>
    `  - {name: ${name}, ip: ${addressOf(name)}, ${services}}\n`;
  const head = (name: string) =>
    `name: ${name}\nrunsOn: hosts\nssh: {user: ${loginUser}, identityFile: ${hosts.key}}\nmachines:\n`;
  const sixHosts = () =>
    head("pool") +
    masters
      .map((name) =>
        machine(name, `services: [zookeeper, mesos-master, marathon${name === "m1" ? ", bamboo" : ""}]`),
      )
      .join("") +
    slaves.map((name) => machine(name, "services: [mesos-slave]")).join("");

  /** What is in a host's Docker, whoever has put it there. */
  const inDocker = async (host: Host) =>
    (
      await host.root(
        "docker ps --all --no-trunc --format '{{.ID}} {{.Names}}'; docker images --all --no-trunc --quiet; docker volume ls --quiet; docker network ls --format '{{.Name}}'",
      )
    ).stdout;
  const startOf = async (host: Host) =>
    (await host.root("docker inspect --format '{{.State.StartedAt}}' web")).stdout;
  const seen = async (host: Host) => ({
    files: await host.files(),
    docker: await inDocker(host),
    start: await startOf(host),
  });

  beforeAll(async () => {
    desk = mkdtempSync(join(tmpdir(), "mesos-lab-desk-"));
    home = mkdtempSync(join(tmpdir(), "mesos-lab-home-"));
    await run({ file: "npm", args: ["run", "build"], cwd: root });
    const logFile = join(logs, "hosts-images.log");
    await run({ file: process.execPath, args: [cli, "images", "build"] }, { logFile });
    hosts = await openHosts(
      [
        ...names.map((name) => ({ name, address: addressOf(name) })),
        { name: "small", address: addressOf("small"), docker: false, disk: 300 },
        { name: "old", address: addressOf("old"), processor: "i686" },
        { name: "asks", address: addressOf("asks") },
      ],
      join(logs, "hosts-trees.log"),
    );
    // Something of the owner's, which has to go on as if nothing were.
    await Promise.all(
      names.map((name) =>
        hosts
          .host(name)
          .root(
            "mkdir /root/tree && cp -a /bin /sbin /lib /lib64 /root/tree/ && mkdir /root/tree/usr && tar -C /root/tree -c . | docker import - own && docker run -d --name web --restart always -v /usr:/usr own sleep infinity",
          ),
      ),
    );
    const all = names.map(async (name) => [name, await seen(hosts.host(name))] as const);
    before = new Map(await Promise.all(all));
  });

  afterAll(async () => {
    await hosts?.close();
    for (const each of [desk, home]) rmSync(each, { recursive: true, force: true });
  });

  const changesSince = async (name: string) => {
    const was = before.get(name);
    const now = await seen(hosts.host(name));
    if (was === undefined) throw new Error(`nobody looked at ${name}`);
    return [
      ...differences(was.files, now.files, pathsThatStay),
      ...(was.docker === now.docker ? [] : [`Docker had ${was.docker}, and has ${now.docker}`]),
    ].map((text) => `${name}: ${text}`);
  };

  /** What the last run of the playbooks changed on each host: `m1 0`. */
  const changes = () => {
    const folder = join(desk, "generated/pool/logs");
    const [last = ""] = readdirSync(folder)
      .filter((file) => file.startsWith("provision"))
      .sort()
      .toReversed();
    const recap = readFileSync(join(folder, last), "utf8").matchAll(/^(\w+) +: ok=\d+ +changed=(\d+)/gm);
    return [...recap].map(([, name, changed]) => `${name} ${changed}`).sort();
  };

  /** Makes the lab as it is described while its page is asked fifty times a second: no request may fail. */
  const createUnderLoad = async () => {
    const stop = join(desk, "stop");
    const program = join(root, "test/helpers/run-steady-requests.ts");
    const page = `http://${addressOf("m1")}/`;
    const load = hosts.exec(process.execPath, ["--import", "tsx", program, page, stop], {
      cwd: root,
      env: { TMPDIR: home },
    });
    load.catch(() => undefined);
    await done("create").finally(() => writeFileSync(stop, ""));
    const { stdout } = await load;
    rmSync(stop);
    const [, told = ""] = stdout.trim().split("\n");
    const { answered, failed } = JSON.parse(told);
    expect(failed).toEqual([]);
    expect(answered).toBeGreaterThan(50);
  };

  const slaveOfTask = async () => {
    const url = `http://${addressOf("m1")}:8080/v2/tasks`;
    const { stdout } = await hosts.exec("curl", ["-sf", "-H", "Accept: application/json", url]);
    const [{ host }] = JSON.parse(stdout).tasks as [{ readonly host: string }];
    return slaves.find((name) => addressOf(name) === host) as string;
  };
  /** As the leading master has them: the others know none. */
  const slaveIds = async () => {
    const states = await Promise.all(
      masters.map((name) => hosts.exec("curl", ["-sf", `http://${addressOf(name)}:5050/master/state.json`])),
    );
    const found = states.flatMap(
      ({ stdout }) => JSON.parse(stdout).slaves as { readonly hostname: string; readonly id: string }[],
    );
    return new Map(found.map(({ hostname, id }) => [hostname, id]));
  };

  test("a look and a dry run tell what would be done to which host, and change none", async () => {
    describeLab(sixHosts());
    await done("doctor");
    const { stdout } = await done("create", "--dry-run");
    for (const name of names)
      expect(stdout).toContain(`${name} ${addressOf(name)}: Debian GNU/Linux 12 (bookworm)`);
    expect(stdout).toContain("  run container zk");
    expect(await Promise.all(names.map(changesSince))).toEqual(names.map(() => []));
    expect(readdirSync(desk).sort()).toEqual(["mesos-lab.yaml"]);
  });

  test("create makes it, and pins the keys that the hosts have", async () => {
    await done("create");
    for (const name of names) {
      const { stdout } = await hosts.host(name).root("cut -d ' ' -f 2 /etc/ssh/ssh_host_ed25519_key.pub");
      const known = readFileSync(join(desk, "generated/pool/hosts/known_hosts"), "utf8");
      expect(known).toContain(`${name} ssh-ed25519 ${stdout.trim()}`);
    }
  });

  const provisionLog = () => {
    const log = join(desk, "generated/pool/logs/provision.log");
    return `${statSync(log).mtimeMs} ${statSync(log).ino}`;
  };
  const createWithoutAnsible = async () => {
    const log = provisionLog();
    expect((await done("create")).stderr).toContain("Ansible is not needed");
    expect(provisionLog()).toBe(log);
  };

  test("a second create finds all as it was left and starts no Ansible, which would change nothing", async () => {
    const planned = await done("create", "--dry-run");
    expect(planned.stdout).toContain("all is as the last create left it");
    await createWithoutAnsible();
    await done("create", "--reapply");
    expect(changes()).toEqual(names.map((name) => `${name} 0`));
  });

  test("a create after changes by hand names the hosts and puts right what was changed, and that alone", async () => {
    await hosts.host("s1").root("docker update --restart=no ms1");
    await hosts.host("s2").root("docker rm --force ms2");
    await hosts.host("m2").root("docker stop ma");
    // Nothing that playbooks put right here, and yet they are asked.
    await hosts.host("m3").root("touch /run/docker.pid");
    const { stderr } = await done("create");
    expect(stderr).toContain("something differs on m2, m3, s1, s2");
    const mended = ["m2", "s1", "s2"];
    expect(changes()).toEqual(names.map((name) => `${name} ${mended.includes(name) ? 1 : 0}`));
    await createWithoutAnsible();
  });

  test("what is in the way on any host is told in one report, and no host is changed", async () => {
    await hosts.host("asks").root(`echo '${loginUser} ALL=(ALL) ALL' >/etc/sudoers.d/${loginUser}`);
    const others = ["small", "old", "asks"];
    const untouched = await Promise.all(others.map(async (name) => await hosts.host(name).files()));
    const here = mkdtempSync(join(tmpdir(), "mesos-lab-other-"));
    const everything = "services: [zookeeper, mesos-master, marathon, bamboo]";
    writeFileSync(
      join(here, "mesos-lab.yaml"),
      head("other") +
        machine("m1", everything) +
        [...others.map((name) => machine(name, "services: [mesos-slave]"))].join("") +
        "  - {name: away, ip: 192.168.33.99, services: [mesos-slave]}\n",
    );
    const { exitCode, stderr } = await hosts.exec(process.execPath, [cli, "create"], {
      cwd: here,
      env: {
        HOME: home,
        XDG_CACHE_HOME: dirname(defaultCacheDir()),
      },
      accept: "any",
    });
    rmSync(here, { recursive: true });
    expect(stderr).toMatch(/m1 is used by lab "pool" since \d{4}-/);
    expect(stderr).toMatch(/small has \d+ MiB of disk left at \/var\/lib\/docker, and the lab needs \d+/);
    expect(stderr).toContain("old has a processor of the kind 386, and the lab's images are made for amd64");
    expect(stderr).toContain(`asks asks for a password when ${loginUser} uses sudo`);
    expect(stderr).toContain("away does not answer over SSH");
    expect(stderr).toContain("no host was changed");
    expect(exitCode).toBe(3);
    const after = await Promise.all(others.map(async (name) => await hosts.host(name).files()));
    expect(
      others.flatMap((_, index) =>
        differences(untouched[index] as Files, after[index] as Files, pathsThatStay),
      ),
    ).toEqual([]);
    expect((await hosts.host("m1").root("cat /var/lib/mesos-lab/lab.json")).stdout).toContain(
      '"lab": "pool"',
    );
  });

  test("the lesson, a shell and the logs are those of any lab", async () => {
    await done("demo");
    expect((await done("ssh", "s2", "--", "hostname")).stdout.trim()).toBe("s2");
    const logged = await done("logs", "mesos-slave");
    expect(logged.stdout + logged.stderr).not.toBe("");
    const { stdout } = await done("status");
    for (const name of names) expect(stdout).toMatch(new RegExp(`${name} +${addressOf(name)} +running`));
  });

  test("a slave that leaves is drained and left as it was, one that comes joins, and the page is served all the while", async () => {
    const leaving = await slaveOfTask();
    const others = names.filter((name) => name !== leaving);
    const ids = await slaveIds();
    expect([...ids.keys()].sort()).toEqual(slaves.map(addressOf));
    describeLab(sixHosts().replace(machine(leaving, "services: [mesos-slave]"), ""));
    const { stdout } = await done("create", "--dry-run");
    expect(stdout).toContain(
      `remove ${leaving} ${addressOf(leaving)}: mesos-slave, after its tasks have moved`,
    );
    await createUnderLoad();
    expect(changes()).toEqual(others.map((name) => `${name} 0`));
    expect(await slaveOfTask()).not.toBe(leaving);
    expect(await changesSince(leaving)).toEqual([]);
    ids.delete(addressOf(leaving));
    expect(await slaveIds()).toEqual(ids);

    describeLab(sixHosts());
    await createUnderLoad();
    expect(changes().filter((text) => !text.startsWith(leaving))).toEqual(others.map((name) => `${name} 0`));
    expect(await slaveIds()).toEqual(new Map([...ids, [addressOf(leaving), expect.any(String)]]));
  });

  test.each([
    "kill-task",
    "remove-container",
    ...["restart-slave", "restart-master", "restart-marathon", "restart-bamboo", "restart-zookeeper"],
    ...["freeze-master", "freeze-task", "full-disk-slave"],
    // What holds a break for minutes until Mesos gives the slave up. The break itself is tested in lasting.test.ts.
    ...(everyNight ? ["freeze-slave"] : []),
  ])("drill %s: the service finds its way back", async (name) => {
    await done("drill", name);
  });

  // By day what the host itself does is tried alone, in lasting.test.ts.
  test.runIf(everyNight)(
    `what a drill has frozen goes on by itself when the tool is killed${atNight}`,
    async () => {
      const paused = async () => {
        const looks = slaves.map((name) => hosts.host(name).root("docker ps --quiet --filter status=paused"));
        return (await Promise.all(looks)).map(({ stdout }) => stdout).join("");
      };
      let tool = 0;
      const drill = lab(["drill", "freeze-task"], {
        onStart: (pid) => {
          tool = pid;
        },
      });
      await until("the task stands still", async () => (await paused()) !== "");
      process.kill(-tool, "SIGKILL");
      await drill;
      await until("it goes on", async () => (await paused()) === "");
      await done("verify");
      const left = await hosts
        .host("s1")
        .root("systemctl list-units --all --plain 'mesos-lab-drill*'; ls /run");
      expect(left.stdout).not.toContain("mesos-lab-drill");
    },
  );

  test("hosts are rebooted only where the lab file allows it", async () => {
    const refused = await lab(["drill", "reboot-slave"]);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("which the lab file does not allow (drills: {reboot: true})");
    expect((await lab(["drill", "partition-slave"])).stderr).toContain(
      "would cut off a machine of somebody's",
    );
    expect((await lab(["drill", "slow-slave"])).stderr).toContain("would slow down a machine of somebody's");
    describeLab(`${sixHosts()}drills: {reboot: true}\n`);
    await done("create");
    for (const drill of ["reboot-slave", "reboot-master"])
      booted.add(rebootedIn((await done("drill", drill)).stdout));
    if (everyNight) await done("drill", "partition-slave");
  });

  test("halt stops the lab's containers and no other, up starts them", async () => {
    await done("halt");
    const left = await hosts.host("m1").root("docker ps --format '{{.Names}}'");
    expect(left.stdout.trim()).toBe("web");
    await done("up");
    await done("verify");
  });

  test("reset makes all services anew, and touches no container of others", async () => {
    await done("demo");
    const started = async () =>
      (
        await hosts
          .host("m1")
          .root("docker inspect --format '{{.Id}}' $(docker ps --quiet --filter name=^web$)")
      ).stdout;
    const before = await started();
    await done("reset");
    expect(await started()).toBe(before);
    const apps = await hosts.host("m1").root(`curl --silent --fail http://${addressOf("m1")}:8080/v2/apps`);
    expect(JSON.parse(apps.stdout)).toEqual({ apps: [] });
    for (const name of names)
      expect((await hosts.host(name).root("docker ps --all --format '{{.Names}}'")).stdout).not.toMatch(
        /^mesos-/m,
      );
  });

  test("a host with another key than at the first contact is refused, with both fingerprints", async () => {
    const host = hosts.host("s3");
    const fingerprint = async () =>
      /SHA256:\S+/.exec(
        (await host.root("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")).stdout,
      )?.[0] as string;
    const pinned = await fingerprint();
    await host.root(
      "cd /etc/ssh; mkdir /root/kept; mv ssh_host_ed25519_key* /root/kept/; ssh-keygen -q -t ed25519 -N '' -f ssh_host_ed25519_key; systemctl restart ssh",
    );
    const shown = await fingerprint();
    const { exitCode, stderr } = await lab(["create"]);
    await host.root("cd /etc/ssh; mv /root/kept/* .; rmdir /root/kept; systemctl restart ssh");
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`pinned is ED25519 ${pinned}, shown is ED25519 ${shown}`);
    await done("verify");
  });

  test("destroy asks; a host that is away is named, and finished when it is back", async () => {
    const asked = await lab(["destroy"]);
    expect(asked.exitCode).toBe(2);
    expect(asked.stderr).toContain("--yes");
    await hosts.host("s2").cut();
    const again = await lab(["create"]);
    expect(again.exitCode).toBe(3);
    expect(again.stderr).toContain("s2 does not answer over SSH");
    const first = await lab(["destroy", "--yes"]);
    expect(first.exitCode).toBe(4);
    expect(first.stderr).toContain("the lab could not be removed from s2");
    expect(first.stderr).toContain("npx mesos-lab destroy --name pool --forget s2");
    await hosts.host("s2").boot();
    booted.add("s2");
    await done("destroy", "--yes");
    expect(readdirSync(desk).sort()).toEqual(["mesos-lab.lock", "mesos-lab.yaml"]);
  });

  test("every host is left as it was, byte for byte, but for what the documentation names", async () => {
    expect((await Promise.all(names.map(changesSince))).flat()).toEqual([]);
    const neverBooted = names.filter((name) => !booted.has(name));
    expect(neverBooted.length).toBeGreaterThan(0);
    for (const name of neverBooted) expect(await startOf(hosts.host(name))).toBe(before.get(name)?.start);
  });
});
