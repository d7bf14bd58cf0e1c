import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDockerVersion } from "../../helpers/docker-version.ts";
import { type FakePrograms, fakePrograms } from "../../helpers/fake-programs.ts";

const script = readFileSync("templates/roles/machine_check/files/machine_facts.py", "utf8");
const python = "/usr/bin/python3";

let root: string;
let programs: FakePrograms;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mesos-lab-machine-"));
  programs = fakePrograms({
    ip: "echo '2: eth0    inet 10.0.2.15/24 scope global'; echo '3: eth1    inet 192.168.33.19/24 scope global'",
    getent: "exit 2",
    docker: "exit 1",
  });
  put("proc/meminfo", "MemTotal:        2014612 kB\nMemFree: 1 kB\n");
  put("etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${hostname()} # the machine\n`);
});

afterEach(() => {
  programs.remove();
  rmSync(root, { recursive: true, force: true });
});

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function facts(wanted: object = {}): Record<string, unknown> {
  const { stdout, stderr } = spawnSync(python, ["-", JSON.stringify({ root, classic: true, ...wanted })], {
    input: script,
    encoding: "utf8",
    env: { PATH: programs.path },
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

/** A program header table of one entry of the type that a loader reads (3 asks for a dynamic loader), then text. */
function elf(type: number, text = ""): Buffer {
  const header = Buffer.alloc(64 + 56);
  header.write("\x7fELF\x02\x01", "latin1");
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(type, 64);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe("control groups", () => {
  it.each([
    ["version 1", "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0", true],
    ["version 2", "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0", false],
    // Mixed, as systemd has it by default for version 1.
    ["both", "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\ncgroup /s/cpu cgroup rw,cpu 0 0", true],
    ["version 1 without cpu", "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0", false],
    ["cpuset only", "cgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset 0 0", false],
  ])("%s", (_, mounts, found) => {
    put("proc/mounts", `${mounts}\n`);
    expect(facts().cgroup_v1_cpu).toBe(found);
  });
});

describe("the Docker client", () => {
  it("is static without a loader", () => {
    put("usr/bin/docker", elf(1, "GLIBC_2.34"));
    expect(facts().client).toEqual({ kind: "static", glibc: null });
  });

  it("is dynamic with one, and needs the newest glibc that it names", () => {
    put("usr/bin/docker", elf(3, "\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0"));
    expect(facts().client).toEqual({ kind: "dynamic", glibc: 34 });
  });

  it("is dynamic as a script, and missing or a folder as what it is", () => {
    put("usr/bin/docker", "#!/bin/sh\n");
    expect(facts().client).toEqual({ kind: "dynamic", glibc: null });
    rmSync(join(root, "usr/bin/docker"));
    expect(facts().client).toEqual({ kind: "missing", glibc: null });
    mkdirSync(join(root, "usr/bin/docker"));
    expect(facts().client).toEqual({ kind: "directory", glibc: null });
  });

  it("is told from the real programs of this host", () => {
    // Every dynamic program of a Debian host needs its C library, and that is newer than Ubuntu 14.04's.
    const { client } = facts({ root: "/" }) as { client: { kind: string } };
    expect(["static", "dynamic", "missing"]).toContain(client.kind);
    put("usr/bin/docker", readFileSync(python));
    const python3 = facts().client as { kind: string; glibc: number };
    expect(python3.kind).toBe("dynamic");
    expect(python3.glibc).toBeGreaterThan(19);
  });

  it.each([
    "Docker version 1.8.2, build 0a8c2e3",
    "Docker version 17.05.0-ce, build 89658be",
    "Docker version 20.10.24+dfsg1, build 297e128",
    "Docker version 24.0.7, build 24.0.7-0ubuntu2~22.04.1",
    "Docker version 29.0.0-rc.1, build abc",
    "Docker version dev, build x",
    "Docker version 24..9, build x",
    "Docker version 0.9.1, build x",
  ])("is judged as the agent does: %s", (output) => {
    programs.add("docker", `[ "$1" = --version ] && echo '${output}'`);
    const { client_version, client_version_fault } = facts();
    expect(client_version).toBe(output);
    expect(client_version_fault === null).toBe(readDockerVersion(output).ok);
  });
});

describe("the engine", () => {
  const answering = (driver: string) => `case "$1 $2" in
    "version --format") echo '{"Client":{"ApiVersion":"1.43"},"Server":{"Version":"24.0.9"}}' ;;
    "info --format") echo '${driver}' ;;
    "image inspect")
      shift 4
      missing=0
      for name; do case $name in here:*) echo - ;; *) missing=1 ;; esac; done
      exit $missing ;;
    *) exit 1 ;;
  esac`;

  it("tells its version, the API that both speak, and where it keeps images", () => {
    programs.add("docker", answering('[["driver-type","io.containerd.snapshotter.v1"]]'));
    expect(facts().engine).toEqual({ version: "24.0.9", api: "1.43", containerd_store: true });
    programs.add("docker", answering('[["Backing Filesystem","extfs"]]'));
    expect(facts().engine).toMatchObject({ containerd_store: false });
  });

  it("is null where it does not answer", () => {
    expect(facts().engine).toBeNull();
  });

  it.each([
    [["here:1", "here:2"], []],
    [
      ["gone:1", "gone:2"],
      ["gone:1", "gone:2"],
    ],
    [["here:1", "gone:1", "here:2"], ["gone:1"]],
    [[], []],
  ])("asked for the images %j, lacks %j", (images, missing) => {
    programs.add("docker", answering("[]"));
    expect(facts({ images }).missing_images).toEqual(missing);
  });

  it("was told to pull schema 1, or not", () => {
    put("proc/77/comm", "dockerd\n");
    put("proc/77/environ", "A=1\0DOCKER_ENABLE_DEPRECATED_PULL_SCHEMA_1_IMAGE=1\0");
    expect(facts().schema1_enabled).toBe(true);
    put("proc/77/environ", "A=1\0");
    expect(facts().schema1_enabled).toBe(false);
  });

  it("is not asked for the rehearsal stack, except for its containers", () => {
    programs.add("docker", `echo "$@" >>${root}/asked`);
    put("proc/net/tcp", "heading\n");
    expect(Object.keys(facts({ classic: false })).sort()).toEqual([
      "addresses",
      "hostname",
      "hostname_resolves",
      "memory",
      "taken",
    ]);
    expect(() => readFileSync(join(root, "asked"))).toThrow("ENOENT");
  });
});

describe("names, addresses and memory", () => {
  it("are found", () => {
    expect(facts()).toMatchObject({
      hostname: hostname(),
      hostname_resolves: true,
      addresses: ["10.0.2.15", "192.168.33.19"],
      memory: 1967,
    });
  });

  it("know a name that nothing resolves, and one that DNS does", () => {
    put("etc/hosts", `127.0.0.1 localhost # ${hostname()}\n`);
    expect(facts().hostname_resolves).toBe(false);
    programs.add("getent", '[ "$2" = hosts:dns ]');
    expect(facts().hostname_resolves).toBe(true);
  });
});

describe("ports", () => {
  const marathon = { port: 8080, container: "ma", for: "Marathon" };
  const listening = (port: string, inode: number) =>
    `   0: 00000000:${port} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 x`;
  const id = "c0ffee".repeat(10);

  function hold(pid: number, inode: number, comm: string, cgroup = "0::/\n"): void {
    put(`proc/${pid}/comm`, `${comm}\n`);
    put(`proc/${pid}/cgroup`, cgroup);
    mkdirSync(join(root, `proc/${pid}/fd`), { recursive: true });
    symlinkSync(`socket:[${inode}]`, join(root, `proc/${pid}/fd/3`));
  }

  it("are free where nobody listens, also while somebody is connected to them", () => {
    put("proc/net/tcp", `heading\n${listening("1F90", 5).replace(" 0A ", " 01 ")}\n`);
    expect(facts({ ports: [marathon] }).taken).toEqual([]);
  });

  it("are taken by a program, which is named", () => {
    put("proc/net/tcp6", `heading\n${listening("1F90", 5)}\n`);
    hold(42, 5, "nginx");
    expect(facts({ ports: [marathon] }).taken).toEqual([
      "port 8080, which Marathon needs, is taken by nginx (process 42)",
    ]);
  });

  it("are known to be taken by a program that closes another file meanwhile", () => {
    put("proc/net/tcp6", `heading\n${listening("1F90", 5)}\n`);
    hold(42, 5, "nginx");
    // No link any more when it is read.
    put("proc/42/fd/2", "");
    expect(facts({ ports: [marathon] }).taken).toEqual([
      "port 8080, which Marathon needs, is taken by nginx (process 42)",
    ]);
  });

  it.each([
    ["version 1", `12:cpu:/docker/${id}\n`],
    ["version 2", `0::/system.slice/docker-${id}.scope\n`],
  ])("are their own container's on a second run, with control groups of %s", (_, cgroup) => {
    programs.add("docker", `[ "$1" = ps ] && printf '${id}\\tma\\t\\n'`);
    put("proc/net/tcp", `heading\n${listening("1F90", 5)}\n`);
    hold(42, 5, "java", cgroup);
    expect(facts({ ports: [marathon] }).taken).toEqual([]);
    expect(facts({ ports: [{ ...marathon, container: "other" }] }).taken).toEqual([
      "port 8080, which Marathon needs, is taken by container ma",
    ]);
  });

  describe("while Docker starts its containers after a boot", () => {
    const bamboo = { port: 80, container: "bam", for: "Bamboo" };
    const bySomething = "port 80, which Bamboo needs, is taken by";
    /** The container runs from the given look on. */
    const startsAtLook = (look: number) =>
      programs.add(
        "docker",
        `PATH=/usr/bin:/bin
        echo >>${root}/looks
        runs=false; [ "$(wc -l <${root}/looks)" -ge ${look} ] && runs=true
        case "$1" in
          ps) [ $runs = true ] && printf '${id}\\tbam\\t0.0.0.0:80->80/tcp\\n' ;;
          container) echo $runs ;;
        esac`,
      );

    it.each([
      ["its proxy", () => hold(42, 5, "docker-proxy")],
      ["nobody that is seen", () => undefined],
      ["a process of a container", () => hold(42, 5, "haproxy", `0::/system.slice/docker-${id}.scope\n`)],
    ])("a port that %s has is waited for", (_, holds) => {
      startsAtLook(4);
      put("proc/net/tcp", `heading\n${listening("0050", 5)}\n`);
      holds();
      expect(facts({ classic: false, ports: [bamboo] }).taken).toEqual([]);
    });

    it("what is still taken when the time is up is told", () => {
      startsAtLook(1_000);
      put("proc/net/tcp", `heading\n${listening("0050", 5)}\n`);
      hold(42, 5, "docker-proxy");
      const { taken } = facts({ classic: false, ports: [bamboo], patience: 2 });
      expect(taken).toEqual([`${bySomething} docker-proxy (process 42)`]);
    });

    it.each([
      ["another program has", "nginx", "false"],
      ["a container has that is none of the lab's", "docker-proxy", ""],
    ])("a port that %s is told at once", (_, comm, container) => {
      programs.add("docker", `[ "$1" = container ] && echo ${container}`);
      put("proc/net/tcp", `heading\n${listening("0050", 5)}\n`);
      hold(42, 5, comm);
      expect(facts({ classic: false, ports: [bamboo] }).taken).toEqual([
        `${bySomething} ${comm} (process 42)`,
      ]);
    });
  });

  it("are their own container's where Docker publishes them", () => {
    programs.add(
      "docker",
      `[ "$1" = ps ] && printf '${id}\\tbam\\t0.0.0.0:80->80/tcp, :::8000->8000/tcp\\n'`,
    );
    put("proc/net/tcp", `heading\n${listening("0050", 5)}\n${listening("1F40", 6)}\n`);
    hold(42, 5, "docker-proxy");
    const ports = [80, 8000].map((port) => ({ port, container: "bam", for: "Bamboo" }));
    expect(facts({ ports }).taken).toEqual([]);
  });

  it("are their own program's where the service has no container, and no container's", () => {
    const bridge = { port: 8080, program: "haproxy", for: "the bridge" };
    put("proc/net/tcp", `heading\n${listening("1F90", 5)}\n`);
    hold(42, 5, "haproxy");
    expect(facts({ ports: [bridge] }).taken).toEqual([]);
    expect(facts({ ports: [{ ...bridge, program: "other" }] }).taken).toEqual([
      "port 8080, which the bridge needs, is taken by haproxy (process 42)",
    ]);
    put("proc/42/cgroup", `0::/system.slice/docker-${id}.scope\n`);
    programs.add("docker", `[ "$1" = ps ] && printf '${id}\\tbam\\t\\n'`);
    expect(facts({ ports: [bridge] }).taken).toEqual([
      "port 8080, which the bridge needs, is taken by container bam",
    ]);
  });

  it.each([
    ["another address", "3500007F", []],
    [
      "the wanted address",
      "1321A8C0",
      ["port 8080, which Mesos-DNS needs, is taken by resolver (process 42)"],
    ],
    ["all addresses", "00000000", ["port 8080, which Mesos-DNS needs, is taken by resolver (process 42)"]],
  ])("wanted at one address, of which a program has that of %s", (_, address, expected) => {
    const dns = { port: 8080, container: "dns", for: "Mesos-DNS", address: "192.168.33.19" };
    put("proc/net/tcp", `heading\n${listening("1F90", 5).replace("00000000:1F90", `${address}:1F90`)}\n`);
    hold(42, 5, "resolver");
    expect(facts({ ports: [dns] }).taken).toEqual(expected);
  });
});
