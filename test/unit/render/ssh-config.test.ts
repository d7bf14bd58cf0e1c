import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { inventory } from "../../../src/render/inventory.ts";
import { jumpHosts, sshConfig, sshDestination } from "../../../src/render/ssh-config.ts";
import { hostsLab } from "../../helpers/described-labs.ts";
import { missing } from "../../helpers/missing.ts";

const lab = hostsLab(`
ssh: { user: admin, port: 2222, identityFile: "/keys/lab key" }
machines:
  - { name: m1, ip: 10.0.5.11, services: [zookeeper, mesos-master, marathon] }
  - { name: s1, ip: 10.0.5.21, services: [mesos-slave], ssh: { user: pi, port: 22, proxyJump: me@bastion.example.org:2200 } }
  - { name: s2, ip: 10.0.5.22, services: [mesos-slave], ssh: { alias: pi-2 } }
  - { name: s3, ip: 10.0.5.23, services: [mesos-slave], ssh: { host: lab-3.example.org } }
`);

const without = missing("ssh");
const folder = mkdtempSync(join(tmpdir(), "mesos-lab-ssh-config-"));
const file = join(folder, "known_hosts");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What ssh itself makes of it, for a host. */
function readBySsh(host: string, names: readonly string[] = []): (keyword: string) => string | undefined {
  const config = join(folder, "ssh_config");
  writeFileSync(config, sshConfig(lab, { file, names: new Set(names) }));
  const told = execFileSync("ssh", ["-G", "-F", config, host], { encoding: "utf8" });
  const pairs = told.split("\n").map((line) => [line.split(" ")[0] ?? "", line.slice(line.indexOf(" ") + 1)]);
  const settings = new Map(pairs as [string, string][]);
  return (keyword) => settings.get(keyword);
}

describe.skipIf(without)(`as ssh reads it${without}`, () => {
  test("each machine is gone to as the lab file says, and the defaults hold where it says nothing", () => {
    const m1 = readBySsh("m1");
    expect(["hostname", "user", "port", "identityfile", "identitiesonly"].map(m1)).toEqual([
      "10.0.5.11",
      "admin",
      "2222",
      "/keys/lab key",
      "yes",
    ]);
    const s1 = readBySsh("s1");
    expect(["hostname", "user", "port", "proxyjump"].map(s1)).toEqual([
      "10.0.5.21",
      "pi",
      "22",
      "me@bastion.example.org:2200",
    ]);
    expect(readBySsh("s3")("hostname")).toBe("lab-3.example.org");
  });

  test("an alias is the user's own configuration's to say, and its key is pinned all the same", () => {
    const alias = readBySsh("pi-2");
    expect(alias("hostname")).toBe("pi-2");
    expect(alias("port")).toBe("22");
    expect(alias("hostkeyalias")).toBe("s2");
    expect(alias("userknownhostsfile")).toBe(file);
  });

  test("a key is taken at the first contact and held to from then on, for a host on the way too", () => {
    for (const host of ["m1", "s1", "pi-2", "bastion.example.org"])
      expect(readBySsh(host)("stricthostkeychecking")).toBe("accept-new");
    for (const [host, name] of [
      ["m1", "m1"],
      ["pi-2", "s2"],
      ["bastion.example.org", "bastion.example.org"],
    ] as const)
      expect(readBySsh(host, [name])("stricthostkeychecking")).toBe("true");
  });

  test("nothing of the user's goes along", () => {
    const m1 = readBySsh("m1");
    expect(m1("forwardagent")).toBe("no");
    expect(m1("controlmaster")).toBe("false");
    expect(m1("permitlocalcommand")).toBe("no");
  });
});

test("Ansible goes where ssh goes", () => {
  expect(sshDestination(lab, { ...lab.machines[2], name: "s2" } as (typeof lab.machines)[0])).toBe("pi-2");
  expect(inventory(lab).all.hosts).toEqual({
    m1: { ansible_host: "m1" },
    s1: { ansible_host: "s1" },
    s2: { ansible_host: "pi-2" },
    s3: { ansible_host: "s3" },
  });
  expect(jumpHosts(lab)).toEqual(["bastion.example.org"]);
});
