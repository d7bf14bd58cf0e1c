import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embeddedLab } from "../../helpers/embedded-lab.ts";
import { noNetwork } from "../../helpers/lab-network.ts";
import { allPrograms, type Desk, openDesk } from "../../helpers/run-cli.ts";

/** What the shell of a user may have set, and what would change the lab if a program saw it. */
const steering: Readonly<Record<string, string>> = {
  VAGRANT_VAGRANTFILE: "Other",
  VAGRANT_DOTFILE_PATH: "/elsewhere",
  VAGRANT_DEFAULT_PROVIDER: "docker",
  VAGRANT_PREFERRED_PROVIDERS: "docker",
  ANSIBLE_INVENTORY: "/dev/null",
  ANSIBLE_LIMIT: "nobody",
  ANSIBLE_ROLES_PATH: "/elsewhere",
  ANSIBLE_BECOME_USER: "nobody",
  LIBVIRT_DEFAULT_URI: "qemu+ssh://elsewhere/system",
  VIRSH_DEFAULT_CONNECT_URI: "qemu:///session",
  DOCKER_HOST: "tcp://192.0.2.1:2375",
  DOCKER_CONTEXT: "elsewhere",
  RUBYOPT: "-rnothing",
  RUBYLIB: "/elsewhere",
  GEM_HOME: "/elsewhere",
  PYTHONPATH: "/elsewhere",
  JAVA_TOOL_OPTIONS: "-Dx=y",
  NODE_OPTIONS: "--no-warnings",
  NODE_ENV: "production",
  MESOS_IP: "192.0.2.1",
  MESOS_WORK_DIR: "/elsewhere",
  MARATHON_HTTP_PORT: "1",
  HAPROXY_CONFIG: "/elsewhere",
  BASH_ENV: "/elsewhere",
};

/** What its user must be able to give. */
const given: Readonly<Record<string, string>> = {
  VAGRANT_LOG: "error",
  https_proxy: "http://192.0.2.1:3128",
  SSH_AUTH_SOCK: "/run/agent",
  ANSIBLE_COLLECTIONS_PATH: "/collections",
  TZ: "Asia/Shanghai",
};

const fakes = new URL("../../helpers/bin", import.meta.url).pathname;

/** Has each fake note its environment before it does what it does, a file for each call. */
function noteEnvironments(
  desk: Desk,
): () => readonly { readonly program: string; readonly env: readonly string[] }[] {
  const bin = join(desk.folder, "..", "bin");
  const notes = join(desk.folder, "..", "env");
  mkdirSync(notes);
  for (const program of allPrograms) {
    const path = join(bin, program);
    rmSync(path);
    const script = `#!/bin/sh\n/usr/bin/env >"$HOME/env/${program}.$$"\nexec ${fakes}/${program} "$@"\n`;
    writeFileSync(path, script);
    chmodSync(path, 0o755);
  }
  return () =>
    readdirSync(notes).map((name) => ({
      program: name.replace(/\.\d+$/, ""),
      env: readFileSync(join(notes, name), "utf8").split("\n"),
    }));
}

const names = (env: readonly string[]) => env.map((text) => text.split("=")[0] as string);

describe.skipIf(noNetwork)(`a lab of machines (${noNetwork ?? "in a network of its own"})`, () => {
  let desk: Desk;
  let called: ReturnType<ReturnType<typeof noteEnvironments>>;
  let others = "";
  beforeAll(async () => {
    desk = openDesk();
    const noted = noteEnvironments(desk);
    // The machines of somebody else.
    others = join(desk.folder, "..", "others");
    mkdirSync(join(others, ".vagrant", "machines", "db", "virtualbox"), { recursive: true });
    writeFileSync(join(others, ".vagrant", "machines", "db", "virtualbox", "id"), "id-of-db");
    writeFileSync(join(others, "Vagrantfile"), 'machines = [\n  { name: "db" },\n]\n');
    const env = { ...steering, ...given, VAGRANT_CWD: others };
    expect(await desk.run(["create"], env)).toMatchObject({ exitCode: 0 });
    expect(await desk.run(["ssh", "master", "--", "true"], env)).toMatchObject({ exitCode: 0 });
    expect(await desk.run(["halt"], env)).toMatchObject({ exitCode: 0 });
    expect(await desk.run(["destroy", "--yes"], env)).toMatchObject({ exitCode: 0 });
    called = noted();
  });

  test("Vagrant, Ansible and ssh have run", () => {
    const programs = new Set(called.map(({ program }) => program));
    for (const program of ["vagrant", "ansible-playbook", "ssh"]) expect(programs).toContain(program);
  });

  test.each([...Object.keys(steering), "VAGRANT_CWD"])("no program sees %s", (name) => {
    const saw = called.filter(({ env }) => env.includes(`${name}=${steering[name] ?? others}`));
    expect(saw.map(({ program }) => program)).toEqual([]);
  });

  test.each(Object.entries(given))("every program sees %s", (name, value) => {
    const blind = called.filter(({ env }) => !env.includes(`${name}=${value}`));
    expect(blind.map(({ program }) => program)).toEqual([]);
  });

  test("Ansible's settings are those of the lab, and the machines of others are as they were", () => {
    const runs = called.filter(
      ({ program, env }) => program === "ansible-playbook" && names(env).includes("ANSIBLE_CONFIG"),
    );
    expect(runs.length).toBeGreaterThan(0);
    for (const { env } of runs)
      expect(env).toContain(`ANSIBLE_CONFIG=${desk.path("generated", "mesos-lab", "ansible.cfg")}`);
    expect(existsSync(join(others, ".vagrant", "machines", "db", "virtualbox", "id"))).toBe(true);
    for (const call of desk.calls().filter((each) => /^vagrant (up|halt|destroy)/.test(each)))
      expect(call).toContain(`cwd=${desk.path("generated", "mesos-lab")}\t`);
    expect(existsSync(desk.path("generated"))).toBe(false);
  });
});

describe("an embedded lab", () => {
  const lab = embeddedLab({ ...steering, DEBUG_SECRET: "of this shell" });
  let running: readonly { readonly command: string; readonly env: readonly string[] }[];
  beforeAll(async () => {
    expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
    expect(await lab.run("demo")).toMatchObject({ exitCode: 0 });
    running = lab.processes().map(({ pid, command }) => ({
      command,
      env: readFileSync(`/proc/${pid}/environ`, "utf8").split("\0"),
    }));
  });
  afterAll(() => lab.remove());

  test("its services and the demo's task have run", () => {
    expect(running.length).toBeGreaterThanOrEqual(6);
  });

  test.each([...Object.entries(steering), ["DEBUG_SECRET", "of this shell"]] as const)(
    "no process of it sees %s",
    (name, value) => {
      const saw = running.filter(({ env }) => env.includes(`${name}=${value}`));
      expect(saw.map(({ command }) => command)).toEqual([]);
    },
  );
});
