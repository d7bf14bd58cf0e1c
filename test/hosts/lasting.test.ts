import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Machine } from "../../src/lab/model.ts";
import type { RunOn } from "../../src/machines/docker-ssh/fleet.ts";
import { type LastingBreak, lasting, undoLasting } from "../../src/machines/docker-ssh/lasting.ts";
import { ssh } from "../../src/tools/ssh.ts";
import { until } from "../helpers/eventually.ts";
import { type Host, type Hosts, loginUser, noHosts, openHosts } from "../helpers/hosts/hosts.ts";
import { logs } from "../helpers/run/logs.ts";

/** What drills hold broken on a machine: that it is broken, and that the machine itself undoes it. */

describe.skipIf(noHosts)(`breaks that last${noHosts}`, () => {
  let hosts: Hosts;
  let host: Host;
  const machine = { name: "a", ip: "192.168.33.11", services: ["mesos-slave"] } as unknown as Machine;
  const { signal } = new AbortController();

  const on: RunOn = (_, argv, options) => {
    const quiet = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
    const flags = ["-i", hosts.key, ...quiet.flatMap((option) => ["-o", option])];
    const { file, args } = ssh({ destination: `${loginUser}@${machine.ip}`, flags }, argv);
    return hosts.exec(file, args, options);
  };
  const begin = (what: LastingBreak, boundMs: number) => lasting(on, machine, what, { boundMs, signal });
  const said = async (script: string) =>
    (
      await host.root(`{ ${script}
} || true`)
    ).stdout.trim();
  /** The way back is gone with the break. */
  const nothingLeft = async () =>
    expect(
      await said(
        "ls /run | grep mesos-lab; systemctl list-units --all --plain --no-legend 'mesos-lab-drill*'",
      ),
    ).toBe("");

  beforeAll(async () => {
    hosts = await openHosts(
      [
        { name: "a", address: "192.168.33.11" },
        { name: "b", address: "192.168.33.12", docker: false },
      ],
      join(logs, "hosts-trees.log"),
    );
    host = hosts.host("a");
    await host.root(
      "mkdir /root/tree && cp -a /bin /sbin /lib /lib64 /root/tree/ && mkdir /root/tree/usr && tar -C /root/tree -c . | docker import - own && docker run -d --name still -v /usr:/usr own sleep infinity",
    );
  });
  afterAll(() => hosts?.close());

  const paused: Case = {
    what: ["pause", "still"],
    look: "docker inspect --format '{{.State.Paused}}' still",
    whole: "false",
    broken: "true",
  };

  /** `refused` where packets come and go. */
  const knock = (address: string, port: number) =>
    `timeout 5 bash -c 'exec 3<>/dev/tcp/${address}/${port} && echo open' 2>&1 | grep -oE 'refused|open' | head -n 1`;
  const cut: Case = {
    what: ["cut", "192.168.33.12"],
    look: knock("192.168.33.12", 9),
    whole: "refused",
    broken: "",
  };

  test.each([paused, cut])("$what.0: undone by the drill", async ({ what, look, whole, broken }) => {
    expect(await said(look)).toBe(whole);
    const { undo } = await begin(what, 600_000);
    expect(await said(look)).toBe(broken);
    await undo();
    expect(await said(look)).toBe(whole);
    await nothingLeft();
  });

  test.each([paused, cut])("$what.0: undone by the machine itself", async ({ what, look, whole, broken }) => {
    await begin(what, 10_000);
    expect(await said(look)).toBe(broken);
    await until("it is undone", async () => (await said(look)) === whole);
    await nothingLeft();
  });

  test("a cut stops the traffic of containers too, and leaves SSH and other machines alone", async () => {
    const inside = `docker exec still ${knock("192.168.33.12", 9)}`;
    expect(await said(inside)).toBe("refused");
    const { undo } = await begin(["cut", "192.168.33.12"], 600_000);
    expect(await said(inside)).toBe("");
    expect(await said(knock("192.168.33.12", 22))).toBe("open");
    expect(await said(knock("192.168.33.1", 9))).toBe("refused");
    await undo();
    expect(await said(inside)).toBe("refused");
    expect(await said("iptables -t raw -S; iptables -t mangle -S")).not.toContain("MESOS-LAB");
  });

  test("a break that another drill has left is undone before the next begins", async () => {
    await begin(paused.what, 600_000);
    await host.root("docker run -d --name other -v /usr:/usr own sleep infinity");
    const { undo } = await begin(["pause", "other"], 600_000);
    expect(await said(paused.look)).toBe("false");
    await undo();
    await nothingLeft();
  });

  test("what cannot be broken leaves nothing behind, and what went meanwhile is no failure", async () => {
    await expect(begin(["pause", "nobody"], 600_000)).rejects.toThrow("failed with exit code 1");
    await nothingLeft();
    const { undo } = await begin(["pause", "other"], 600_000);
    await host.root("docker rm --force other");
    await undo();
    await nothingLeft();
    await undoLasting(on, machine);
  });
});

interface Case {
  readonly what: LastingBreak;
  /** Prints one thing on a machine that is whole, another on a broken one. */
  readonly look: string;
  readonly whole: string;
  readonly broken: string;
}
