import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { noNetwork } from "../../helpers/lab-network.ts";
import { allPrograms, type Desk, openDesk, type Program } from "../../helpers/run-cli.ts";

const fakes = new URL("../../helpers/bin", import.meta.url).pathname;
const withoutAnsible = allPrograms.filter((program) => !program.startsWith("ansible"));

interface Machines {
  readonly desk: Desk;
  /** Runs the tool with machines in which ssh really runs what it is told. */
  create(args?: readonly string[], env?: NodeJS.ProcessEnv): ReturnType<Desk["run"]>;
  readonly env: NodeJS.ProcessEnv;
  /** A path in a machine's home, by the last number of its address. */
  home(machine: 18 | 19, ...parts: string[]): string;
  readonly keys: string;
  addProgram(name: string, script: string): void;
}

/** The tutorial's machines as folders, with Ansible in them unless told otherwise. */
function machines(options: { programs?: readonly Program[]; ansible?: boolean } = {}): Machines {
  const desk = openDesk(options.programs ? { programs: options.programs } : {});
  const root = join(desk.folder, "..", "machines");
  mkdirSync(join(root, "bin"), { recursive: true });
  const addProgram = (name: string, script: string) => {
    writeFileSync(join(root, "bin", name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(root, "bin", name), 0o755);
  };
  for (const name of ["cat", "dpkg", "env", "install", "ln", "mv", "python3", "rm", "sed", "sh"])
    symlinkSync(findOnHost(name), join(root, "bin", name));
  addProgram("sudo", '[ "$1" = -n ] && shift\nexec "$@"');
  if (options.ansible ?? true) installAnsible(join(root, "bin"));
  const env = { FAKE_MACHINES: root };
  return {
    desk,
    env,
    create: (args = [], more = {}) => desk.run(["create", ...args], { ...env, ...more }),
    home: (machine, ...parts) => join(root, `192.168.33.${machine}`, ...parts),
    keys: join(root, "run"),
    addProgram,
  };
}

function findOnHost(program: string): string {
  const places = ["/usr/bin", "/bin"].map((folder) => join(folder, program));
  return places.find((path) => existsSync(path)) ?? program;
}

/** The fake, which notes besides what keys it finds. */
function installAnsible(bin: string): void {
  symlinkSync(join(fakes, "ansible-galaxy"), join(bin, "ansible-galaxy"));
  const note = `/usr/bin/find "$FAKE_MACHINES/run" -type f -printf 'key %m %P\\n' 2>/dev/null | /usr/bin/sort >>"$FAKE_LOG"`;
  writeFileSync(join(bin, "ansible-playbook"), `#!/bin/sh\n${note}\nexec ${fakes}/ansible-playbook "$@"\n`);
  chmodSync(join(bin, "ansible-playbook"), 0o755);
}

const notedKeys = (desk: Desk) => desk.calls().filter((call) => call.startsWith("key "));
const sitesRun = (desk: Desk) => desk.calls().filter((call) => call.startsWith("ansible-playbook site.yml"));
const unpacked = (desk: Desk) => desk.calls().filter((call) => call.includes("python3 -c ")).length;

describe.skipIf(noNetwork)(
  `the playbooks from inside a machine (${noNetwork ?? "in a network of its own"})`,
  { concurrent: true },
  () => {
    test("--ansible guest: the same lines, keys for as long as it takes; again: nothing to change", async () => {
      const { desk, create, home, keys } = machines();
      const first = await create(["--ansible", "guest"]);
      expect(first).toMatchObject({ exitCode: 0 });
      expect(first.stderr).toContain("✔ Check this host: the playbooks run from inside master");
      expect(first.stderr).toMatch(/✔ Bring the playbooks into master: \d+ files/);
      expect(first.stderr).toContain("✔ ZooKeeper: 1 changed");
      expect(first.stderr).toMatch(/^› marathon: Run the ma container$/m);
      expect(sitesRun(desk)).toEqual([
        `ansible-playbook site.yml\tcwd=${home(18, "mesos-lab")}\tlocale=C.UTF-8`,
      ]);
      // The other machine's only, and away afterwards.
      expect(notedKeys(desk)).toEqual(["key 600 slave/known_hosts", "key 600 slave/private_key"]);
      expect(readdirSync(keys)).toEqual([]);
      const inventory = readFileSync(home(18, "mesos-lab", "inventory.yml"), "utf8");
      expect(inventory).toMatch(/ansible_host: "192\.168\.33\.18"\n\s+ansible_connection: "local"/);
      expect(inventory.match(/ansible_connection/g)).toHaveLength(1);
      expect(existsSync(home(19, "mesos-lab"))).toBe(false);
      expect(existsSync(home(18, "mesos-lab", "Vagrantfile"))).toBe(false);
      const log = readFileSync(desk.path("generated/mesos-lab/logs/provision.log"), "utf8");
      expect(log).toContain("PLAY RECAP");
      expect(log).not.toContain("key of slave");

      const second = await create(["--ansible", "guest"]);
      expect(second).toMatchObject({ exitCode: 0 });
      expect(second.stderr).toContain("✔ Bring the playbooks into master: nothing to change");
      expect(second.stderr).not.toMatch(/\d changed/);
      expect(unpacked(desk)).toBe(1);

      // Where other files are there they are brought anew, and what is not of this lab goes.
      writeFileSync(home(18, "mesos-lab", "stale"), "");
      writeFileSync(home(18, "mesos-lab", "key"), "of another lab\n");
      await create(["--ansible", "guest"]);
      expect(unpacked(desk)).toBe(2);
      expect(existsSync(home(18, "mesos-lab", "stale"))).toBe(false);
    });

    test("a host without Ansible does so by itself and says why; --ansible host insists, and is refused", async () => {
      const { desk, create } = machines({ programs: withoutAnsible });
      const auto = await create();
      expect(auto).toMatchObject({ exitCode: 0 });
      expect(auto.stderr).toContain(
        "✔ Check this host: ansible-playbook is not installed: the playbooks run from inside master",
      );
      expect(sitesRun(desk)).toHaveLength(1);
      const insisted = await create(["--ansible", "host"]);
      expect(insisted).toMatchObject({ exitCode: 3 });
      expect(insisted.stderr).toContain("✖ ansible-playbook is not installed");
    });

    test("a host without the collection does so too", async () => {
      const { create } = machines();
      const { exitCode, stderr } = await create([], { FAKE_GALAXY: "core-only" });
      expect(stderr).toContain(
        "Ansible has no collection community.docker: the playbooks run from inside master",
      );
      // In this machine it is missing as well, and apt is none that could bring it.
      expect(exitCode).toBe(4);
    });

    test("a failing task is told as always, with the command by hand, for which the keys stay", async () => {
      const { create, keys } = machines();
      const { exitCode, stderr } = await create(["--ansible", "guest"], {
        FAKE_ANSIBLE: "fails",
        FAKE_ANSIBLE_MSG: "bind: address already in use",
      });
      expect(exitCode).toBe(4);
      const error = stderr.slice(stderr.indexOf("✖ Ansible could not"));
      expect(error.split("\n")[0]).toBe('✖ Ansible could not finish "Run the ma container" on master');
      expect(error).toContain("  master: Run the ma container: bind: address already in use\n");
      expect(error).toContain("logs/provision.log\n");
      expect(error).toContain("  try: something else listens on that port of the machine");
      expect(error).toContain(
        "  try: npx mesos-lab ssh --name mesos-lab master -- env --chdir=mesos-lab LC_ALL=C.UTF-8 ansible-playbook site.yml\n",
      );
      expect(readdirSync(join(keys, "slave")).sort()).toEqual(["known_hosts", "private_key"]);
      // The next run that ends well takes them away.
      expect(await create(["--ansible", "guest"])).toMatchObject({ exitCode: 0 });
      expect(readdirSync(keys)).toEqual([]);
    });

    test.each([
      ["the machine that it runs in", "left-out", "master", "Ansible did not run on master"],
      ["the other machine", "left-out", "slave", "Ansible did not run on slave"],
      ["both", "recap-of", "", "Ansible ran on none of the machines"],
    ])("Ansible in a machine that ends well and has left out %s", async (_, kind, names, headline) => {
      const { create } = machines();
      const { exitCode, stderr } = await create(["--ansible", "guest"], {
        FAKE_ANSIBLE: kind,
        FAKE_ANSIBLE_MSG: names,
      });
      expect(exitCode).toBe(4);
      const error = stderr.slice(stderr.indexOf(`✖ ${headline}`));
      expect(error.split("\n")[0]).toBe(`✖ ${headline}`);
      expect(error).toContain("  try: npx mesos-lab ssh --name mesos-lab master -- env --chdir=mesos-lab");
      expect(stderr).not.toContain("Verify");
    });

    test("Ctrl-C: Ansible in the machine gets one SIGINT and is waited for, and the keys go", async () => {
      const { desk, env, keys } = machines();
      const running = desk.start(["create", "--ansible", "guest"], { ...env, FAKE_ANSIBLE: "hangs" });
      await desk.called("ansible hangs");
      running.interrupt();
      await desk.called("ansible got SIGINT");
      running.interrupt();
      expect(await running.outcome).toMatchObject({ exitCode: 130 });
      expect(desk.calls()).toContain("ansible has cleaned up");
      expect(desk.calls().filter((call) => call === "ansible got SIGINT")).toHaveLength(1);
      expect(readdirSync(keys)).toEqual([]);
    });

    test("a tool that is killed takes the connection with it, and that Ansible", async () => {
      const { desk, env } = machines();
      const running = desk.start(["create", "--ansible", "guest"], { ...env, FAKE_ANSIBLE: "hangs" });
      await desk.called("ansible hangs");
      running.process.kill("SIGKILL");
      await desk.called("ansible got SIGINT");
      await running.outcome;
    });

    describe("Ansible is installed in a machine that has none", () => {
      const policy = (version: string) =>
        `printf 'ansible:\\n  Installed: (none)\\n  Candidate: ${version}\\n'`;
      const becomes = (target: string) =>
        `ln -sf ${fakes}/ansible-galaxy ${target}/ansible-galaxy; ln -sf ${fakes}/ansible-playbook ${target}/ansible-playbook`;

      test("from the release's package where that is new enough", async () => {
        const { create, desk, addProgram, env } = machines({ ansible: false });
        addProgram("apt-cache", policy("7.7.0+dfsg-3+deb12u1"));
        addProgram(
          "apt-get",
          `echo "apt-get $*" >>"$FAKE_LOG"; case $* in *" ansible") ${becomes(`${env.FAKE_MACHINES}/bin`)} ;; esac`,
        );
        const { exitCode, stderr } = await create(["--ansible", "guest"]);
        expect(exitCode).toBe(0);
        expect(stderr).toContain("› installing the package ansible");
        expect(stderr).toMatch(/✔ Bring the playbooks into master: Ansible, \d+ files/);
        expect(desk.calls().filter((call) => call.startsWith("apt-get"))).toHaveLength(2);
        expect((await create(["--ansible", "guest"])).stderr).toContain("master: nothing to change");
        expect(desk.calls().filter((call) => call.startsWith("apt-get"))).toHaveLength(2);
      });

      test.each([
        ["the mirror", "0.1", "E: Could not resolve 'archive.ubuntu.com'", "exit 100"],
        ["PyPI", "2.9.6+dfsg-1", "Could not find a version that satisfies ansible-core==2.13.13", ""],
      ])("%s that cannot be reached is told with what to do", async (_, version, words, apt) => {
        const { create, desk, addProgram, env } = machines({ ansible: false });
        addProgram("apt-cache", policy(version));
        addProgram("apt-get", apt === "" ? "exit 0" : `echo "${words}" >&2; ${apt}`);
        rmSync(join(env.FAKE_MACHINES ?? "", "bin", "python3"));
        addProgram("python3", `[ "$1" = -m ] || exec /usr/bin/python3 "$@"; echo "${words}" >&2; exit 1`);
        const { exitCode, stderr } = await create(["--ansible", "guest"]);
        expect(exitCode).toBe(4);
        expect(stderr).toContain(
          "✖ Ansible could not be installed on master, where the playbooks were to run\n",
        );
        expect(stderr).toContain(words);
        expect(stderr).toContain("try: check that the machine reaches its package mirror, pypi.org and");
        expect(stderr).toContain("try: install Ansible on this host: npx mesos-lab doctor --fix");
        expect(sitesRun(desk)).toEqual([]);
      });
    });

    test("--dry-run names what copies and runs them; an unknown place, or no machines, is a mistake", async () => {
      const { desk, create } = machines();
      const dry = await create(["--dry-run", "--ansible", "guest", "--memory", "1024"]);
      expect(dry.stdout.trimEnd().split("\n").at(-1)).toBe(
        "npx mesos-lab create --memory 1024 --provider virtualbox --ansible guest",
      );
      expect(await create(["--ansible", "gust"])).toMatchObject({ exitCode: 2 });
      const embedded = await create(["--ansible", "guest", "--runs-on", "embedded"]);
      expect(embedded).toMatchObject({ exitCode: 2 });
      expect(embedded.stderr).toContain("there are no machines, and no playbooks, for --ansible");
      expect(desk.calls()).toEqual([]);
    });
  },
);
