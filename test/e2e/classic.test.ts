import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { classicPins } from "../../src/lab/pins.ts";
import { splitMessage } from "../../src/steps/explain.ts";
import { parseAnsibleLine } from "../../src/tools/ansible.ts";
import { type RunOptions, type RunResult, run } from "../../src/tools/exec.ts";
import { readDockerVersion } from "../helpers/docker-version.ts";
import { openVmNamespace, type VmNamespace } from "../helpers/vm-namespace.ts";

/**
 * The classic stack's host preparation and its checks on a real machine: Debian 12 with control groups of version 2
 * and Debian's Docker, which is what most hosts of today are. Nothing of it needs a network.
 * Not to be had here, and therefore not tried: a newer engine (API, containerd's store, schema 1) and Ubuntu 20.04.
 *
 * HAS NEVER RUN SO FAR: written without a virtual machine at hand. Until it has, it runs only where
 * MESOS_LAB_E2E_CLASSIC=1 asks for it.
 */

const root = new URL("../..", import.meta.url).pathname;
const cli = join(root, "dist", "cli.js");
const logs = process.env.MESOS_LAB_CI_LOGS ?? join(tmpdir(), "mesos-lab-ci");
const minutes = (count: number) => count * 60_000;
const wanted = process.env.MESOS_LAB_E2E_CLASSIC === "1";
const machine = "only";
/** Any static client: this host's, where it is Docker's own. */
const staticClient = "/usr/local/bin/docker";

const labFile = (stack: string) => `name: host
provider: libvirt
stack: ${stack}
box: { name: mesos-lab/rehearsal }
machines:
  - name: ${machine}
    ip: 192.168.33.18
    memory: 2048
    cpus: 1
    services: [zookeeper, mesos-master, mesos-slave, marathon, bamboo]
`;

let desk: string;
let folder: string;
let namespace: VmNamespace;

const lab = (args: readonly string[], options: RunOptions = {}) =>
  namespace.exec(process.execPath, [cli, ...args], {
    cwd: desk,
    timeoutMs: minutes(15),
    logFile: join(logs, "e2e-classic.log"),
    ...options,
  });

const onMachine = (...argv: string[]) => lab(["ssh", machine, "--", "sudo", ...argv]);

/** Runs one playbook of the rendered lab. */
const play = (playbook: string, ...more: string[]): Promise<RunResult> =>
  namespace.exec("ansible-playbook", [`playbooks/${playbook}.yml`, ...more], {
    cwd: folder,
    env: { LC_ALL: "C.UTF-8", ANSIBLE_NOCOLOR: "1" },
    timeoutMs: minutes(15),
    logFile: join(logs, "e2e-classic-ansible.log"),
    accept: "any",
  });

/** What the first failing task of a playbook says, without its remedy; empty where all of it went well. */
async function saidBy(playbook: string, ...more: string[]): Promise<string> {
  const { stdout } = await play(playbook, ...more);
  const failures = stdout.split("\n").flatMap((text) => {
    const news = parseAnsibleLine(text);
    return news?.kind === "failure" ? [news.message] : [];
  });
  return splitMessage(failures.at(-1) ?? "").said;
}

const changes = ({ stdout }: RunResult) => Number(/changed=(\d+)/.exec(stdout)?.[1]);

const suite = "the classic stack's preparation";
const title = wanted
  ? suite
  : `${suite}: never run on a machine so far, skipped unless MESOS_LAB_E2E_CLASSIC=1`;

describe.skipIf(!wanted)(title, () => {
  beforeAll(async () => {
    desk = mkdtempSync(join(tmpdir(), "mesos-lab-e2e-classic-"));
    folder = join(desk, "generated", "host");
    await run({ file: "npm", args: ["run", "build"], cwd: root });
    // Both are there already where the other end-to-end tests have run.
    for (const args of [
      ["images", "build"],
      ["box", "build", "--with-images"],
    ])
      await run({ file: process.execPath, args: [cli, ...args] }, { timeoutMs: minutes(25) });
    namespace = await openVmNamespace();
    writeFileSync(join(desk, "mesos-lab.yaml"), labFile("rehearsal"));
    // One machine, booted and set up by the rehearsal stack, becomes the classic stack's.
    await lab(["create"]);
    writeFileSync(join(desk, "mesos-lab.yaml"), labFile("classic"));
    await lab(["render"]);
    // The rehearsal's containers hold the ports.
    await onMachine("docker", "rm", "--force", "zk", "mm", "ms1", "ma", "bam");
  }, minutes(40));

  afterAll(async () => {
    await namespace?.close();
    rmSync(desk, { recursive: true, force: true });
  }, minutes(2));

  describe("the engine", { timeout: minutes(10) }, () => {
    test("is not installed on a release that it is not made for", async () => {
      expect(await saidBy("engine")).toBe(
        "this machine runs bookworm, and the classic stack's Docker engine is pinned for Ubuntu focal",
      );
    });

    test("whose repository is out of reach is told so", async () => {
      expect(await saidBy("engine", "--extra-vars", "docker_engine_release=bookworm")).toMatch(
        /^Docker 5:24\.0\.9\S* could not be installed from https:\/\/download\.docker\.com\/linux\/ubuntu: /,
      );
    });
  });

  describe("before the preparation", { timeout: minutes(10) }, () => {
    test("the first blocker is version 2 of the control groups", async () => {
      expect(await saidBy("preflight")).toMatch(/^no control group hierarchy of version 1/);
    });

    test("a client that cannot be fetched is told so", async () => {
      // Reboots into version 1 on the way.
      expect(await saidBy("slave-host")).toMatch(
        /^the static Docker client 24\.0\.9 could not be had from https:/,
      );
    });

    test("the machine has come back with version 1", async () => {
      const { stdout } = await onMachine("cat", "/proc/mounts");
      expect(stdout).toMatch(/^\S+ \S+ cgroup \S*\bcpu\b/m);
      expect((await onMachine("stat", "-fc", "%T", "/sys/fs/cgroup")).stdout.trim()).toBe("tmpfs");
    });

    test("the next one is a version that the agent cannot read", async () => {
      expect(await saidBy("preflight")).toMatch(/"\d+\+dfsg1" is no number/);
      const { stdout } = await onMachine("docker", "--version");
      expect(readDockerVersion(stdout).ok).toBe(false);
    });
  });

  describe.skipIf(!existsSync(staticClient))("the preparation", { timeout: minutes(10) }, () => {
    test("puts a static client in place, once", async () => {
      copyFileSync(staticClient, join(folder, "docker-static"));
      const store = `/usr/local/lib/mesos-lab/docker-${classicPins.docker_client_version?.value}`;
      await onMachine("mkdir", "-p", store);
      await namespace.exec(
        "ansible",
        [
          machine,
          "--become",
          "-m",
          "ansible.builtin.copy",
          "-a",
          `src=docker-static dest=${store}/docker mode=0755`,
        ],
        { cwd: folder, env: { LC_ALL: "C.UTF-8" }, timeoutMs: minutes(5) },
      );
      expect(changes(await play("slave-host"))).toBeGreaterThan(0);
      expect(changes(await play("slave-host"))).toBe(0);
    });

    test("which runs where there is no C library at all", async () => {
      // An image of nothing: only what is mounted can run.
      await onMachine("sh", "-c", "tar --create --files-from /dev/null | docker import - nothing:1");
      const { stdout } = await onMachine(
        ...[
          "docker",
          "run",
          "--rm",
          "--volume",
          "/usr/bin/docker:/docker",
          "nothing:1",
          "/docker",
          "--version",
        ],
      );
      expect(readDockerVersion(stdout).ok).toBe(true);
    });

    test("leaves a machine on which every check holds", async () => {
      expect(await saidBy("preflight")).toBe("");
    });
  });

  describe.skipIf(!existsSync(staticClient))(
    "each blocker has its sentence",
    { timeout: minutes(10) },
    () => {
      const states: readonly [string, string, string, RegExp][] = [
        [
          "a client that is no static program",
          "mv /usr/bin/docker /usr/bin/docker.kept && printf '#!/bin/sh\\nexec /usr/bin/docker.kept \"$@\"\\n' >/usr/bin/docker && chmod +x /usr/bin/docker",
          "mv /usr/bin/docker.kept /usr/bin/docker",
          /^\/usr\/bin\/docker, which is mounted into the agent's container, is linked to glibc/,
        ],
        [
          "a host name that does not resolve",
          "hostname nowhere-to-be-found",
          `hostname ${machine}`,
          /^the machine's name nowhere-to-be-found resolves neither/,
        ],
        [
          "a port that is taken",
          "systemd-run --unit=squatter python3 -m http.server 8080 && for i in 1 2 3 4 5 6 7 8 9 10; do ss -ltn | grep -q :8080 && break; sleep 1; done",
          "systemctl stop squatter",
          /^port 8080, which Marathon needs, is taken by python3 \(process \d+\)$/,
        ],
        [
          "an engine that does not run",
          "systemctl stop docker.socket docker.service",
          "systemctl start docker.service",
          /^the Docker engine does not answer/,
        ],
        [
          "a folder in the library's place",
          "mv /usr/lib/x86_64-linux-gnu/libapparmor.so.1 /root/ && mkdir /usr/lib/x86_64-linux-gnu/libapparmor.so.1",
          "rmdir /usr/lib/x86_64-linux-gnu/libapparmor.so.1 && mv /root/libapparmor.so.1 /usr/lib/x86_64-linux-gnu/",
          /libapparmor\.so\.1 is directory/,
        ],
      ];

      test.each(states)("%s", async (_, spoil, mend, sentence) => {
        await onMachine("sh", "-c", spoil);
        try {
          expect(await saidBy("preflight")).toMatch(sentence);
        } finally {
          await onMachine("sh", "-c", mend);
        }
      });

      // The machine cannot lose the address by which it is reached, nor its memory: here the lab wants what is not there.
      test.each<[string, string, RegExp]>([
        [
          "another address",
          "machine_check_address=192.168.33.99",
          /has the address 192\.168\.33\.99: it has/,
        ],
        ["more memory", '{"machine_check_memory": 99999}', /^the machine has \d+ MiB of memory/],
      ])("%s", async (_, variables, sentence) => {
        expect(await saidBy("preflight", "--extra-vars", variables)).toMatch(sentence);
      });

      test("and all of them are gone again", async () => {
        expect(await saidBy("preflight")).toBe("");
      });
    },
  );
});
