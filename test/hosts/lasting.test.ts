import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Machine } from "../../src/lab/model.ts";
import type { RunOn } from "../../src/machines/docker-ssh/fleet.ts";
import { type LastingBreak, lasting, undoLasting } from "../../src/machines/docker-ssh/lasting.ts";
import { ssh } from "../../src/tools/ssh.ts";
import { eventually, until } from "../helpers/eventually.ts";
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
  const left = "ls /run | grep mesos-lab; systemctl list-units --all --plain --no-legend 'mesos-lab-drill*'";
  /** The way back is gone with the break. */
  const nothingLeft = async () => expect(await said(left)).toBe("");
  /** The machine's own way back ends a moment after what it has undone. */
  const endsToo = () => eventually(nothingLeft);

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
      "mkdir /root/tree && cp -a /bin /sbin /lib /lib64 /root/tree/ && mkdir /root/tree/usr && tar -C /root/tree -c . | docker import - own && mkdir -p /tmp/mesos/slaves && echo old >/tmp/mesos/slaves/note && docker run -d --name still -v /usr:/usr -v /tmp/mesos:/tmp/mesos own sleep infinity",
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

  /** What the container has below the folder, after it tried to write there. */
  const full: Case = {
    what: ["full", "still", "/tmp/mesos"],
    look: `docker exec still sh -c 'cat /tmp/mesos/*/note; { echo new >/tmp/mesos/slaves/new && rm /tmp/mesos/slaves/new; } 2>&1' | sed 's/.*: //'`,
    whole: "old",
    broken: "old\nNo space left on device",
  };

  test.each([paused, cut, full])("$what.0: undone by the drill", async ({ what, look, whole, broken }) => {
    expect(await said(look)).toBe(whole);
    const { undo } = await begin(what, 600_000);
    expect(await said(look)).toBe(broken);
    await undo();
    expect(await said(look)).toBe(whole);
    await nothingLeft();
  });

  test.each([paused, cut, full])(
    "$what.0: undone by the machine itself",
    async ({ what, look, whole, broken }) => {
      await begin(what, 10_000);
      expect(await said(look)).toBe(broken);
      await until("it is undone", async () => (await said(look)) === whole);
      await endsToo();
    },
  );

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

  test("a full disk is the container's alone: the machine and other containers write there as before", async () => {
    const { undo } = await begin(full.what, 600_000);
    expect(await said("df --output=avail /tmp | tail -n 1; echo more >/tmp/mesos/slaves/more")).toMatch(
      /^[1-9]\d*$/,
    );
    const other =
      "docker run --rm -v /usr:/usr -v /tmp/mesos:/tmp/mesos own sh -c 'echo x >/tmp/mesos/slaves/x && cat /tmp/mesos/slaves/*'";
    expect(await said(other)).toBe("more\nold\nx");
    await undo();
    expect(
      await said(
        "docker exec still sh -c 'cd /tmp/mesos/slaves && cat * && grep ^mesos-lab-drill /proc/mounts'",
      ),
    ).toBe("more\nold\nx");
    await host.root("rm /tmp/mesos/slaves/more /tmp/mesos/slaves/x");
  });

  test("a container that was started anew has room again", async () => {
    const { undo } = await begin(full.what, 600_000);
    await host.root("docker restart --time 0 still");
    expect(await said(full.look)).toBe(full.whole);
    await undo();
    await nothingLeft();
  });

  test("a kernel that cannot delay packets is told before anything is touched", async () => {
    const queues = await said("tc qdisc show");
    await expect(begin(["slow", "192.168.33.12"], 600_000)).rejects.toThrow(
      /^a cannot be broken like that: the kernel \S+ has no netem \(the module sch_netem\), by which packets are delayed and lost$/,
    );
    expect(await said("tc qdisc show")).toBe(queues);
    await nothingLeft();
  });

  describe("slow, where the kernel's netem is played by a queue that counts", () => {
    /** Packets that passed the queue of the delayed ones. */
    const delayed =
      "tc -s qdisc show dev eth0 parent 6d6c:1 2>/dev/null | sed -n 's/.* \\([0-9]*\\) pkt.*/\\1/p'";
    const queues = "tc qdisc show dev eth0 | sed 's/direct_packets_stat [0-9]*//'; tc filter show dev eth0";
    let untouched: string;

    beforeAll(async () => {
      await host.root(`cat >/usr/local/sbin/tc <<'end'
#!/bin/sh
# Plays netem, which the kernel here lacks, by a plain queue; all else is the real program's and the kernel's.
case "$*" in
*" netem "*) echo "$*" >>/root/netem; exec /usr/sbin/tc $(echo "$*" | sed 's/ netem .*/ pfifo limit 1000/') ;;
esac
exec /usr/sbin/tc "$@"
end
chmod 755 /usr/local/sbin/tc`);
      untouched = await said(queues);
    });
    afterAll(() => host.root("rm /usr/local/sbin/tc"));

    test("it holds what goes to the other machines, and not SSH; the drill undoes it", async () => {
      const { undo } = await begin(["slow", "192.168.33.12", "192.168.33.13"], 600_000);
      expect(await said("tail -n 1 /root/netem")).toBe(
        "qdisc add dev eth0 parent 6d6c:1 netem delay 200ms 50ms loss 5%",
      );
      expect(await said(delayed)).toBe("0");
      await said(knock("192.168.33.12", 22));
      await said(knock("192.168.33.1", 9));
      expect(await said(delayed)).toBe("0");
      expect(await said(knock("192.168.33.12", 9))).toBe("refused");
      expect(Number(await said(delayed))).toBeGreaterThan(0);
      await undo();
      expect(await said(queues)).toBe(untouched);
      await nothingLeft();
    });

    test("the machine itself undoes it", async () => {
      await begin(["slow", "192.168.33.12"], 10_000);
      expect(await said(queues)).not.toBe(untouched);
      await until("it is undone", async () => (await said(queues)) === untouched);
      await endsToo();
    });

    test("queues that the owner has set up are left alone, and said", async () => {
      await host.root("/usr/sbin/tc qdisc add dev eth0 root handle 1: htb");
      const owners = await said(queues);
      await expect(begin(["slow", "192.168.33.12"], 600_000)).rejects.toThrow(
        "a cannot be broken like that: eth0 has queues of its owner's (tc qdisc show dev eth0)",
      );
      expect(await said(queues)).toBe(owners);
      await host.root("/usr/sbin/tc qdisc del dev eth0 root");
      await nothingLeft();
    });
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
