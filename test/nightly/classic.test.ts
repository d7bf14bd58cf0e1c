import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Lab, Machine } from "../../src/lab/model.ts";
import { classicPins } from "../../src/lab/pins.ts";
import { splitMessage } from "../../src/machines/docker-ssh/known-failures.ts";
import { ansiblePlaybook, parseAnsibleLine } from "../../src/tools/ansible.ts";
import { sha256File } from "../../src/tools/cache.ts";
import { type RunOptions, type RunResult, run } from "../../src/tools/exec.ts";
import { reachWithKey, ssh } from "../../src/tools/ssh.ts";
import { readDockerVersion } from "../helpers/docker-version.ts";
import { eventually } from "../helpers/eventually.ts";
import { makeFolder, program } from "../helpers/registry/rehearsal-registry.ts";
import { logs } from "../helpers/run/logs.ts";
import { staticClientArchive, staticClientVersion } from "../helpers/static-client.ts";
import { buildBox } from "../helpers/vm-box.ts";
import { openVmNamespace, type VmNamespace } from "../helpers/vm-namespace.ts";

/**
 * The classic stack's host preparation and its checks on a real machine: Debian 12 with control groups of version 2
 * and Debian's Docker, which is what most hosts of today are. The machine reaches nothing but this host.
 * Not to be had here: Ubuntu 20.04, Docker's packages, and an engine newer than Debian's, which a double stands for.
 * The tests depend on each other in their order.
 */

const root = new URL("../..", import.meta.url).pathname;
const cli = join(root, "dist", "cli.js");
const minutes = (count: number) => count * 60_000;
const machine = "only";
const address = "192.168.33.18";
/** This host, as the machine sees it. */
const hostAddress = "192.168.33.1";
const memory = 2048;

const labFile = `name: host
provider: libvirt
stack: classic
box: { name: mesos-lab/rehearsal }
machines:
  - name: ${machine}
    ip: ${address}
    memory: ${memory}
    cpus: 2
    services: [zookeeper, mesos-master, mesos-slave, marathon, bamboo]
`;

process.env.VAGRANT_HOME = mkdtempSync(join(tmpdir(), "mesos-lab-vagrant-"));

const desk = mkdtempSync(join(tmpdir(), "mesos-lab-e2e-classic-"));
const folder = join(desk, "generated", "host");
const figures: string[] = [];
let namespace: VmNamespace;
let client: Promise<string>;
/** The machine's address in Vagrant's own network, which stays when the lab's is taken away. */
let management: string | undefined;

async function timed<T>(what: string, work: Promise<T>): Promise<T> {
  const begin = performance.now();
  try {
    return await work;
  } finally {
    figures.push(`${what}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  }
}

/** Runs a shell script as root on the machine. */
function onMachine(script: string, options: RunOptions = {}): Promise<RunResult> {
  const { lab } = JSON.parse(readFileSync(join(folder, "lab.json"), "utf8")) as { lab: Lab };
  const { name, ip } = lab.machines[0] as Machine;
  const own = join(folder, ".vagrant", "machines", name, "libvirt");
  const keys = { key: join(own, "private_key"), knownHosts: join(own, "known_hosts") };
  const reach = reachWithKey("vagrant", ip, keys);
  const { file, args } = ssh(reach, ["sudo", "sh", "-euc", script]);
  const over = management === undefined ? [] : ["-o", `HostName=${management}`];
  return namespace.exec(file, [...over, ...args], {
    timeoutMs: minutes(3),
    logFile: join(logs, "e2e-classic-machine.log"),
    ...options,
  });
}

/** Runs one playbook of the rendered lab, in its folder, by hand. */
async function play(playbook: string, ...more: string[]): Promise<RunResult> {
  const { file, args, env = {} } = ansiblePlaybook(folder, `playbooks/${playbook}.yml`);
  const work = namespace.exec(file, [...args, ...more], {
    cwd: folder,
    env,
    timeoutMs: minutes(10),
    logFile: join(logs, "e2e-classic-ansible.log"),
    accept: "any",
  });
  return timed(`playbook ${playbook}`, work);
}

const variables = (values: object) => ["--extra-vars", JSON.stringify(values)];

/** What the last failing task of a playbook says, without its remedy; empty where all of it went well. */
function saidIn({ stdout, exitCode }: RunResult): string {
  const failures = stdout.split("\n").flatMap((text) => {
    const news = parseAnsibleLine(text);
    return news?.kind === "failure" ? [splitMessage(news.message)] : [];
  });
  const last = failures.at(-1);
  // A playbook that fails without a word of its own must not look like one that went well.
  if (last === undefined) return exitCode === 0 ? "" : `exit code ${exitCode}`;
  return last.remedies.length > 0 ? last.said : `${last.said}\n(and no remedy)`;
}

const changes = ({ stdout }: Pick<RunResult, "stdout">) => Number(/changed=(\d+)/.exec(stdout)?.[1]);

beforeAll(async () => {
  mkdirSync(logs, { recursive: true });
  // Both are there already where the other end-to-end tests have run.
  await buildBox(root, join(logs, "e2e-build.log"), timed);
  client = timed("static client", staticClientArchive(join(logs, "e2e-static-client.log")));
  client.catch(() => undefined);
  writeFileSync(join(desk, "mesos-lab.yaml"), labFile);
  namespace = await openVmNamespace();
}, minutes(40));

afterAll(async () => {
  console.log(figures.join("\n"));
  cpSync(desk, join(logs, "e2e-classic"), { recursive: true });
  await namespace?.close();
  for (const each of [desk, process.env.VAGRANT_HOME ?? desk]) rmSync(each, { recursive: true, force: true });
}, minutes(2));

describe("the engine", { timeout: minutes(15) }, () => {
  test("create stops at a release that the engine is not made for, and says so", async () => {
    const { exitCode, stderr } = await timed(
      "create",
      namespace.exec(process.execPath, [cli, "create"], {
        cwd: desk,
        timeoutMs: minutes(14),
        logFile: join(logs, "e2e-classic.log"),
        accept: "any",
      }),
    );
    expect(stderr).toContain(
      "this machine runs bookworm, and the classic stack's Docker engine is pinned for Ubuntu focal",
    );
    expect(stderr).toContain("use the default box, or one with docker-ce of 20.10 to 28 inside");
    expect(exitCode).toBe(4);
    const { stdout } = await onMachine("ip -oneline -4 address show dev eth0");
    management = / inet ([\d.]+)/.exec(stdout)?.[1];
    expect(management).toMatch(/^192\.168\.121\./);
  });

  test("where Docker's repository is out of reach, that is said", async () => {
    expect(saidIn(await play("engine", ...variables({ docker_engine_release: "bookworm" })))).toMatch(
      /^Docker 5:28\.1\.1\S* could not be installed from https:\/\/download\.docker\.com\/linux\/ubuntu: /,
    );
  });

  // The package is made up, and nothing is in it; the engine that gets the configuration is Debian's, and real.
  test("one of the right series stays and gets its configuration, once", async () => {
    const control = [
      "Package: docker-ce",
      `Version: ${classicPins.docker_engine_version?.value}`,
      "Architecture: all",
      "Maintainer: nobody <nobody@example.org>",
      "Description: stands for Docker's own package",
      "",
    ].join("\n");
    await onMachine(
      "cd $(mktemp -d); mkdir -p ce/DEBIAN; cat >ce/DEBIAN/control; dpkg-deb --build ce; dpkg --install --force-conflicts ce.deb",
      { input: control },
    );
    const first = await play("engine");
    expect(saidIn(first)).toBe("");
    expect(changes(first)).toBe(4);
    expect(changes(await play("engine"))).toBe(0);
    const { stdout } = await onMachine("docker info --format '{{.Driver}} {{.LoggingDriver}}'");
    expect(stdout).toBe("overlay2 json-file");
  });
});

describe("the slave's host", { timeout: minutes(10) }, () => {
  test("control groups of version 2 are told first", async () => {
    expect(saidIn(await play("preflight"))).toMatch(/^no control group hierarchy of version 1/);
  });

  test("is rebooted, and a client that cannot be fetched is told", async () => {
    expect(saidIn(await play("slave-host"))).toMatch(
      /^the static Docker client 24\.0\.9 could not be had from https:\/\/download\.docker\.com\/\S+: /,
    );
  });

  test("has come back with control groups of version 1", async () => {
    const { stdout } = await onMachine("cat /proc/mounts; stat --file-system --format %T /sys/fs/cgroup");
    expect(stdout).toMatch(/^\S+ \S+ cgroup \S*\bcpu\b/m);
    expect(stdout).toMatch(/^tmpfs$/m);
  });

  test("a version that the agent cannot read is told next", async () => {
    expect(saidIn(await play("preflight"))).toMatch(/: "\d+\+dfsg1" is no number/);
    expect(readDockerVersion((await onMachine("docker --version")).stdout).ok).toBe(false);
  });

  describe("the static client", () => {
    let server: ChildProcess;
    let archive: string;
    let url: string;

    beforeAll(async () => {
      archive = await timed("waiting for the static client", client);
      const { file, args } = namespace.command({
        file: "python3",
        args: ["-u", "-m", "http.server", "0", "--bind", hostAddress, "--directory", dirname(archive)],
      });
      server = spawn(file, args, { stdio: ["ignore", "pipe", "ignore"] });
      const [greeting] = (await once(server.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
      const port = / port (\d+)/.exec(greeting.toString())?.[1];
      url = `http://${hostAddress}:${port}/docker-${staticClientVersion}.tgz`;
    }, minutes(15));

    afterAll(() => {
      server?.kill();
    });

    test("is refused when its checksum is not the pinned one", async () => {
      const said = saidIn(await play("slave-host", ...variables({ docker_client_url: url })));
      expect(said).toContain(`the static Docker client 24.0.9 could not be had from ${url}: `);
      expect(said).toMatch(/checksum/);
    });

    test("takes the packaged one's place, once", async () => {
      const pins = variables({
        docker_client_version: staticClientVersion,
        docker_client_url: url,
        docker_client_sha256: await sha256File(archive),
      });
      const first = await play("slave-host", ...pins);
      expect(saidIn(first)).toBe("");
      expect(changes(first)).toBeGreaterThan(0);
      expect(changes(await play("slave-host", ...pins))).toBe(0);
      const { stdout } = await onMachine("dpkg-divert --truename /usr/bin/docker; docker --version");
      const [packaged, version = ""] = stdout.split("\n");
      expect(packaged).toBe("/usr/bin/docker.packaged");
      expect(readDockerVersion(version)).toEqual({ ok: true, version: [20, 10, 24] });
    });

    test("runs where there is no C library at all, and the packaged one does not", async () => {
      // An image of nothing: only what is mounted can run.
      await onMachine("tar --create --files-from /dev/null | docker import - nothing:1");
      const inNothing = (program: string) =>
        onMachine(
          `docker run --rm --volume ${program}:/docker --volume /run/docker.sock:/var/run/docker.sock nothing:1 /docker version --format '{{.Server.Version}}'`,
          { accept: "any" },
        );
      expect((await inNothing("/usr/bin/docker")).stdout).toMatch(/^20\.10\./);
      const packaged = await inNothing("/usr/bin/docker.packaged");
      expect(packaged.exitCode).not.toBe(0);
      expect(packaged.stderr).toMatch(/no such file or directory/);
    });

    test("completes a machine on which every check holds", async () => {
      expect(saidIn(await play("preflight"))).toBe("");
    });
  });
});

interface State {
  /** Brings the machine into the state, and out of it again. */
  readonly spoil: string;
  readonly mend: string;
  readonly sentence: RegExp;
}

const schema1Switch = "/etc/systemd/system/docker.service.d/schema1.conf";
const library = "/usr/lib/x86_64-linux-gnu/libapparmor.so.1";

interface Engine {
  readonly version: string;
  readonly api: string;
  readonly oldest?: string;
  readonly store?: "overlay2" | "containerd";
}

/** The double for an engine that Debian does not have, in the real one's place; see newer-engine.py. */
function newerEngine(
  { version, api, oldest = "1.24", store = "overlay2" }: Engine,
  state: Partial<State> & Pick<State, "sentence">,
): State {
  const socket = "/run/docker.sock";
  const real = "/run/real-docker.sock";
  return {
    ...state,
    spoil: `${state.spoil ?? ":"}
      mv ${socket} ${real}
      systemd-run --quiet --unit=newer-engine --socket-property=ListenStream=${socket} python3 /root/newer-engine.py ${real} ${version} ${api} ${oldest} ${store}`,
    mend: `systemctl stop newer-engine.socket newer-engine.service
      mv --force ${real} ${socket}
      ${state.mend ?? ":"}`,
  };
}

describe("each blocker has its sentence", { timeout: minutes(5) }, () => {
  const states: Record<string, State> = {
    "a dynamic client, as Docker's own packages have": {
      // Debian's, with a version that the agent can read.
      spoil:
        "mv /usr/bin/docker /root/docker; sed 's/+dfsg1/-dfsg1/g' /usr/bin/docker.packaged >/usr/bin/docker; chmod +x /usr/bin/docker",
      mend: "mv /root/docker /usr/bin/docker",
      sentence:
        /^\/usr\/bin\/docker, which is mounted into the agent's container, is linked to glibc 2\.34, and the image there has 2\.19$/,
    },
    "a host name that does not resolve": {
      // Past systemd's own name server, which answers for the machine's name whatever that is.
      spoil:
        "hostname nowhere-to-be-found; mv /etc/resolv.conf /root/; cp /run/systemd/resolve/resolv.conf /etc/resolv.conf",
      mend: `hostname ${machine}; mv /root/resolv.conf /etc/resolv.conf`,
      sentence: /^the machine's name nowhere-to-be-found resolves neither/,
    },
    "a port that is taken": {
      // systemd itself listens, and does so when this ends.
      spoil: "systemd-run --quiet --unit=squatter --socket-property=ListenStream=8080 cat",
      mend: "systemctl stop squatter.socket",
      sentence: /^port 8080, which Marathon needs, is taken by systemd \(process 1\)$/,
    },
    "an engine that does not run": {
      spoil: "systemctl stop docker.socket docker.service",
      mend: "systemctl start docker.socket docker.service",
      sentence: /^the Docker engine does not answer/,
    },
    "a folder in the library's place": {
      spoil: `mv ${library} /root/; mkdir ${library}`,
      mend: `rmdir ${library}; mv /root/libapparmor.so.1 ${library}`,
      sentence: /libapparmor\.so\.1 is directory/,
    },
    "an engine without schema 1": newerEngine(
      { version: "28.2.2", api: "1.50" },
      { sentence: /^Docker 28\.2\.2 does not pull images of manifest schema 1,.*gregory90\/bamboo:0\.2\.11/ },
    ),
    "an engine with schema 1 off": newerEngine(
      { version: "26.1.4", api: "1.45" },
      {
        spoil: `mv ${schema1Switch} /root/; systemctl daemon-reload; systemctl restart docker`,
        mend: `mv /root/schema1.conf ${schema1Switch}; systemctl daemon-reload; systemctl restart docker`,
        sentence: /^Docker 26\.1\.4 does not pull images of manifest schema 1/,
      },
    ),
    // The engine was told to pull them.
    "none of them, an engine with schema 1 on": newerEngine(
      { version: "26.1.4", api: "1.45" },
      { sentence: /^$/ },
    ),
    "containerd's image store": newerEngine(
      { version: "25.0.5", api: "1.44", store: "containerd" },
      { sentence: /^the engine keeps images in containerd's store/ },
    ),
    "an engine too new for the client": newerEngine(
      { version: "29.0.0", api: "1.52", oldest: "1.44" },
      { sentence: /^the Docker engine does not answer.*one of the two is too old/ },
    ),
    "an API that is too new": newerEngine(
      { version: "28.2.2", api: "1.50" },
      {
        // Every image is there; and the client, told so by its variable, speaks what a newer one would.
        spoil:
          "for name in $(cat /root/images); do docker tag nothing:1 $name; done; echo DOCKER_API_VERSION=1.50 >/etc/sudo.env; echo Defaults env_file=/etc/sudo.env >/etc/sudoers.d/api",
        mend: "rm /etc/sudoers.d/api; unset DOCKER_API_VERSION; docker rmi $(cat /root/images)",
        sentence:
          /^client and engine \(Docker 28\.2\.2\) speak API 1\.50, whose answers lack ContainerConfig/,
      },
    ),
  };

  beforeAll(async () => {
    const double = readFileSync(join(root, "test/helpers/newer-engine.py"), "utf8");
    await onMachine("cat >/root/newer-engine.py", { input: double });
    const settings = parse(readFileSync(join(folder, "host_vars", `${machine}.yml`), "utf8"));
    const names = (settings.machine_images as { name: string }[]).map(({ name }) => name);
    await onMachine("cat >/root/images", { input: names.join("\n") });
  }, minutes(2));

  test.each(Object.keys(states))("%s", async (name) => {
    const { spoil, mend, sentence } = states[name] as State;
    await onMachine(spoil);
    try {
      expect(saidIn(await play("preflight"))).toMatch(sentence);
    } finally {
      await onMachine(mend);
    }
  });

  test("an address that is on no interface", async () => {
    await onMachine(`ip address del ${address}/24 dev eth1`);
    try {
      const around = `-o HostName=${management} -o ControlPath=none`;
      expect(saidIn(await play("preflight", "--ssh-extra-args", around))).toMatch(
        /^no network interface of this machine has the address 192\.168\.33\.18: it has 127\.0\.0\.1, /,
      );
    } finally {
      await onMachine(`ip address add ${address}/24 dev eth1`);
    }
  });

  test("too little memory", async () => {
    const virsh = (...args: string[]) => namespace.exec("virsh", ["--connect", "qemu:///system", ...args]);
    const domain = (await virsh("list", "--name")).stdout.trim();
    expect(domain).toMatch(/^host-[0-9a-f]{6}-only$/);
    const give = async (mebibytes: number, arrived: (has: number) => boolean) => {
      await virsh("setmem", domain, `${mebibytes}M`, "--live");
      await eventually(async () => {
        const { stdout } = await onMachine("grep MemTotal /proc/meminfo");
        expect(Number(/\d+/.exec(stdout)?.[0]) / 1024).toSatisfy(arrived);
      });
    };
    await give(1300, (has) => has < 1300);
    try {
      expect(saidIn(await play("preflight"))).toMatch(
        /^the machine has 1[0-2]\d\d MiB of memory, and what runs on it needs 1440$/,
      );
    } finally {
      await give(memory, (has) => has > 1440);
    }
  });

  test("and all of them are gone again", async () => {
    expect(saidIn(await play("preflight"))).toBe("");
  });
});

/** Docker's own client cannot be had here; the one in its place is the static one from above. */
const clientInPlace = `cd /usr/local/lib/mesos-lab; cp docker-${staticClientVersion}/docker docker-${classicPins.docker_client_version?.value}/docker`;

describe("a lab of the classic stack from fetched archives", { timeout: minutes(20) }, () => {
  let registry: ChildProcess;
  let served: string;

  beforeAll(async () => {
    served = mkdtempSync(join(tmpdir(), "mesos-lab-e2e-registry-"));
    const logFile = join(logs, "e2e-registry.log");
    const list = await run({ file: process.execPath, args: [cli, "images", "list", "--json"] });
    const { file: archive } = JSON.parse(list.stdout) as { file: string };
    await timed("registry", makeFolder(served, archive, { timeoutMs: minutes(10), logFile }));
    const serving = [process.execPath, "--import", import.meta.resolve("tsx"), program, served];
    const { file, args } = namespace.command({ file: serving[0] as string, args: serving.slice(1) });
    registry = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(registry.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    writeFileSync(join(desk, "mesos-lab.yaml"), `${labFile}registry: ${line.toString().trim()}\n`);
    await onMachine(clientInPlace);
  }, minutes(12));

  afterAll(() => {
    registry?.kill();
    if (served !== undefined) rmSync(served, { recursive: true, force: true });
  });

  const create = (...flags: string[]) =>
    namespace.exec(process.execPath, [cli, "create", "--json", ...flags], {
      cwd: desk,
      env: { XDG_CACHE_HOME: join(served, "cache") },
      ...{ timeoutMs: minutes(18), logFile: join(logs, "e2e-classic.log"), accept: [5] },
    });
  const eventsOf = ({ stdout }: RunResult) =>
    stdout
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as Record<string, unknown>);
  /** The images of 2015 cannot be had here: what has their names says what it is, and the lab is not called classic. */
  const refused = (events: readonly Record<string, unknown>[]) => {
    const claims = events.filter(({ event }) => event === "claim");
    expect(claims.length).toBeGreaterThanOrEqual(13);
    expect(claims.filter(({ holds }) => holds !== true).map(({ id }) => id)).toEqual(["stack@only"]);
  };

  test("is made, and there is no route out of its network; every claim holds but that it is the real one", async () => {
    expect((await namespace.exec("ip", ["route", "show", "default"])).stdout).toBe("");
    const events = eventsOf(await timed("create from fetched archives", create()));
    expect(events.find(({ step, state }) => step === "images" && state === "done")).toMatchObject({
      text: "6 of 6 from the cache",
    });
    refused(events);
    const { lab } = JSON.parse(readFileSync(join(folder, "lab.json"), "utf8")) as { lab: Lab };
    expect(Object.keys(lab.fetched ?? {})).toHaveLength(6);
    const { stdout: here } = await onMachine(
      "docker images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}'",
    );
    for (const [reference, { id }] of Object.entries(lab.fetched ?? {}))
      expect(here).toContain(`${reference} ${id}`);
  });

  test("once more changes nothing, and asks the registry for nothing", async () => {
    registry.kill();
    refused(eventsOf(await create()));
    expect(changes({ stdout: readFileSync(join(folder, "logs", "provision.log"), "utf8") })).toBe(0);
  });
});
