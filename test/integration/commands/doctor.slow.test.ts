import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../helpers/cli.ts";
import { type FakePrograms, fakePrograms } from "../../helpers/fake-programs.ts";

const vagrant = "echo Vagrant 2.4.1";
// The addresses that VirtualBox allows anywhere, and machines that fit into any host of these tests.
const fitting = ["--master-ip", "192.168.56.18", "--slave-ip", "192.168.56.19", "--memory", "512"];

let folder: string;
let programs: FakePrograms;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-doctor-"));
  programs = fakePrograms({
    vagrant,
    "ansible-playbook": "echo 'ansible-playbook [core 2.15.3]'",
    "ansible-galaxy": "echo 'Collection Version'; echo 'community.docker 3.4.8 '",
    ssh: "echo OpenSSH_9.2p1 >&2",
    VBoxManage: "echo 7.0.14r161095",
  });
});

afterEach(() => {
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
});

const doctor = (...args: string[]) =>
  runCli(["doctor", ...args], { cwd: folder, env: { PATH: programs.path } });

interface Line {
  level: string;
  subject: string;
  seen: string;
  remedy?: string;
}

async function report(...args: string[]): Promise<{ lines: Map<string, Line>; exitCode: number | null }> {
  const { stdout, exitCode } = await doctor("--json", ...args);
  const { findings } = JSON.parse(stdout) as { findings: Line[] };
  return { lines: new Map(findings.map((line) => [line.subject, line])), exitCode };
}

describe("doctor", () => {
  it("finds nothing wrong on a host that has all of it", async () => {
    const { lines, exitCode } = await report(...fitting);
    for (const subject of ["Vagrant", "ansible-playbook", "community.docker", "ssh", "VirtualBox"])
      expect(lines.get(subject)?.level, subject).toBe("ok");
    expect(lines.get("VirtualBox's ranges")?.seen).toBe("the lab's addresses are allowed");
    expect(exitCode).toBe(0);
  });

  it("tells what is missing, what is too old, and ends with the exit code of its worst line", async () => {
    programs.add("vagrant", "echo Vagrant 2.0.0");
    programs.add("ansible-galaxy", "echo 'community.docker 1.2.1'");
    programs.drop("VBoxManage");
    const { lines, exitCode } = await report("--runs-on", "vagrant", ...fitting);
    expect(lines.get("Vagrant")).toMatchObject({
      level: "error",
      seen: "Vagrant 2.0.0 is too old, >=2.2.19 is needed",
    });
    expect(lines.get("community.docker")?.seen).toContain(
      "1.2.1 is too old, >=3.0.0 is needed: the playbooks run",
    );
    expect(lines.get("VirtualBox")?.seen).toBe("VirtualBox is not installed");
    expect(exitCode).toBe(3);
  });

  it("asks of a host without any machine's programs only what an embedded lab needs", async () => {
    for (const name of ["vagrant", "ansible-playbook", "ansible-galaxy", "ssh", "VBoxManage"])
      programs.drop(name);
    const { lines, exitCode } = await report("--runs-on", "embedded");
    expect([...lines.keys()]).toEqual(["Node.js", "HAProxy"]);
    expect(exitCode).toBe(0);
  });

  it("takes a missing Ansible for no fault: the playbooks can run from inside a machine", async () => {
    programs.drop("ansible-playbook");
    const { lines, exitCode } = await report(...fitting);
    expect(lines.get("ansible-playbook")).toMatchObject({
      level: "warn",
      seen: "ansible-playbook is not installed: the playbooks run from inside master",
    });
    expect(exitCode).toBe(0);
    programs.add("apt-get", `echo "$@" >>${folder}/apt.log`);
    const { stderr } = await doctor("--fix", ...fitting);
    expect(stderr).toContain("apt-get install --yes --no-install-recommends ansible");
  });

  it("where create would make an embedded lab: warnings, and the sentence that says so", async () => {
    for (const name of ["vagrant", "VBoxManage"]) programs.drop(name);
    const { lines, exitCode } = await report(...fitting);
    expect(lines.get("Vagrant")).toMatchObject({ level: "warn", seen: "Vagrant is not installed" });
    expect(lines.get("machines")).toMatchObject({
      level: "warn",
      seen: "no virtual machines can be made here (Vagrant is not installed, neither VirtualBox nor libvirt is installed): create makes an embedded lab, of processes on loopback",
    });
    expect(exitCode).toBe(0);
    // Who insists on machines cannot have a lab here.
    expect((await report("--runs-on", "vagrant", ...fitting)).exitCode).toBe(3);
  });

  it("names the addresses that VirtualBox refuses, with the line that allows them", async () => {
    const { lines } = await report("--master-ip", "10.7.7.18", "--slave-ip", "10.7.7.19");
    expect(lines.get("VirtualBox's ranges")).toMatchObject({
      level: "error",
      seen: "VirtualBox 7.0.14 refuses host-only addresses such as 10.7.7.18",
      remedy: "allow them: echo '* 10.7.7.0/24' | sudo tee -a /etc/vbox/networks.conf",
    });
  });

  it("reports on the host although the lab file has mistakes", async () => {
    writeFileSync(join(folder, "mesos-lab.yaml"), "stack: modern\n");
    const { lines, exitCode } = await report(...fitting);
    expect(lines.get("lab file")?.level).toBe("error");
    expect(lines.get("Vagrant")?.level).toBe("ok");
    expect(exitCode).toBe(3);
  });

  it("refuses a wrong flag instead of reporting on a lab that nobody asked for", async () => {
    const { exitCode, stderr } = await doctor("--cpus", "many");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--cpus many");
  });

  it("asks nobody where there is no terminal: it prints what --fix would run, and runs nothing", async () => {
    programs.drop("vagrant");
    programs.add("apt-get", `echo "$@" >>${folder}/apt.log`);
    const { exitCode, stderr } = await doctor("--fix", "--runs-on", "vagrant", ...fitting);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("apt-get install --yes --no-install-recommends vagrant");
    expect(stderr).toContain("no terminal to ask at");
    expect(existsSync(join(folder, "apt.log"))).toBe(false);
  });

  it("installs what is missing with --fix --yes, and looks again", async () => {
    programs.drop("vagrant");
    programs.add("sudo", 'exec "$@"');
    // Becomes what it installs.
    const install = `printf '#!/bin/sh\\n${vagrant}\\n' >${programs.path}/vagrant; /bin/chmod +x ${programs.path}/vagrant`;
    programs.add("apt-get", `echo "$@" >>${folder}/apt.log\nif [ "$1" = install ]; then ${install}; fi`);
    const { exitCode, stdout } = await doctor("--fix", "--yes", "--runs-on", "vagrant", ...fitting);
    expect(readFileSync(join(folder, "apt.log"), "utf8")).toBe(
      "update\ninstall --yes --no-install-recommends vagrant\n",
    );
    expect(stdout).toMatch(/✖ Vagrant\s+Vagrant is not installed[\s\S]*✔ Vagrant\s+2\.4\.1/);
    expect(exitCode).toBe(0);
  });

  it("says what failed when an installation fails", async () => {
    programs.drop("vagrant");
    programs.add("sudo", 'exec "$@"');
    programs.add("apt-get", "echo 'E: Unable to locate package' >&2; exit 100");
    const { exitCode, stderr } = await doctor("--fix", "--yes", ...fitting);
    expect(exitCode).toBe(4);
    expect(stderr).toContain("E: Unable to locate package");
  });
});
