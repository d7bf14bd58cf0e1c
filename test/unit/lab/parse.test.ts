import { describe, expect, test } from "vitest";
import { LabError } from "../../../src/errors.ts";
import { defaultPorts, imagesOf } from "../../../src/lab/catalogue/index.ts";
import { defaultMachines } from "../../../src/lab/defaults.ts";
import { providerNames, stackNames } from "../../../src/lab/model.ts";
import { type LabFlags, parseLab } from "../../../src/lab/parse.ts";
import { asLabFile } from "../../helpers/described-labs.ts";

const file = "mesos-lab.yaml";
const parse = (text: string, flags: LabFlags = {}) => parseLab({ text, file }, flags);

/** The lines of the complaint, without the file's name. */
function complaints(text: string | undefined, flags: LabFlags = {}): readonly string[] {
  try {
    parseLab(text === undefined ? undefined : { text, file }, flags);
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    expect((error as LabError).exitCode).toBe(2);
    return (error as LabError).details.map((line) => line.replace(/^mesos-lab\.yaml:/, ""));
  }
  return [];
}

const one = (ip: string, services = "zookeeper, mesos-master, mesos-slave, marathon") =>
  `machines: [{name: one, ip: ${ip}, services: [${services}]}]\n`;

describe("defaults", () => {
  const tutorial = parseLab(undefined, {});

  test("no file is the tutorial's lab", () => {
    expect(tutorial).toEqual({
      name: "mesos-lab",
      stack: "classic",
      runs: {
        kind: "vagrant",
        provider: "virtualbox",
        box: { name: "bento/ubuntu-20.04", version: "202407.23.0" },
      },
      machines: defaultMachines.map((machine) => ({ ...machine, memory: 2048, cpus: 2 })),
      images: imagesOf("classic", false),
      ports: defaultPorts,
    });
  });

  test.each(["", "\n\n", "# nothing yet\n", "\uFEFF", "---\n", "{}", "null\n", "---\n...\n"])(
    "%j sets nothing",
    (text) => {
      expect(parse(text)).toEqual(tutorial);
    },
  );

  test.each(stackNames.flatMap((stack) => providerNames.map((provider) => [stack, provider] as const)))(
    "%s with %s keeps the rules of the lab file",
    (stack, provider) => {
      const lab = parse("", { stack, provider });
      expect(parse(asLabFile(lab))).toEqual(lab);
    },
  );
});

describe("what overrides what", () => {
  test.each<[string, string, LabFlags, object]>([
    ["file over default", "name: a", {}, { name: "a" }],
    ["flag over file", "name: a", { name: "b" }, { name: "b" }],
    [
      "flag over default",
      "",
      { stack: "rehearsal" },
      { stack: "rehearsal", images: imagesOf("rehearsal", false) },
    ],
    [
      "the stack chooses the box",
      "stack: rehearsal",
      {},
      { box: { name: "bento/debian-12", version: "202510.26.0" } },
    ],
    [
      "so does the provider",
      "provider: libvirt",
      {},
      { box: { name: "generic/ubuntu2004", version: "4.3.12" } },
    ],
    ["a named box has no default version", "box: {name: my/box}", {}, { box: { name: "my/box" } }],
    [
      "a version alone is the default box's",
      'box: {version: "1.2"}',
      {},
      { box: { name: "bento/ubuntu-20.04", version: "1.2" } },
    ],
    [
      "--box drops the file's version and URL",
      "box: {name: a, version: 1.2.3, url: /a.box}",
      { box: "b" },
      { box: { name: "b" } },
    ],
    [
      "--box-url joins the file's box",
      "box: {name: a}",
      { boxUrl: "/a.box" },
      { box: { name: "a", url: "/a.box" } },
    ],
    ["--box-version joins --box", "", { box: "a", boxVersion: "2" }, { box: { name: "a", version: "2" } }],
    ["one port", "ports: {bamboo: 8001}", {}, { ports: { ...defaultPorts, bamboo: 8001 } }],
    [
      "one image",
      `images: {tomcat: a/b@sha256:${"0".repeat(64)}}`,
      {},
      { images: { ...imagesOf("classic", false), tomcat: `a/b@sha256:${"0".repeat(64)}` } },
    ],
    [
      "a rehearsal in virtual machines needs less memory",
      "stack: rehearsal",
      {},
      { machines: defaultMachines.map((machine) => ({ ...machine, memory: 896 })) },
    ],
    [
      "with master and slave on one machine nobody has tried less",
      "stack: rehearsal\nmachines:\n  - {name: one, ip: 192.168.33.18, services: [zookeeper, mesos-master, mesos-slave, marathon, bamboo]}",
      {},
      { machines: [{ name: "one", memory: 2048 }] },
    ],
    [
      "an embedded lab has the tutorial's, for what a slave offers",
      "runsOn: embedded",
      {},
      {
        machines: [
          { name: "master", memory: 2048 },
          { name: "slave", memory: 2048 },
        ],
      },
    ],
    [
      "--memory and --cpus on every machine",
      "",
      { memory: "4096", cpus: "1" },
      { machines: defaultMachines.map((machine) => ({ ...machine, memory: 4096, cpus: 1 })) },
    ],
  ])("%s", (_, text, flags, expected) => {
    const lab = parse(text, flags);
    expect({ ...lab, ...lab.runs }).toMatchObject(expected);
    if ("box" in expected) expect(lab.runs).toHaveProperty("box", expected.box);
  });

  test("the address flags change the first master and the first slave", () => {
    const ips = parse("", { masterIp: "10.9.8.7", slaveIp: "10.9.8.6" }).machines.map(({ ip }) => ip);
    expect(ips).toEqual(["10.9.8.7", "10.9.8.6"]);
  });

  test("an address flag mends the file's address clash, and may make one", () => {
    const text =
      "machines:\n  - {name: a, ip: 10.0.0.2, services: [zookeeper, mesos-master, marathon]}\n  - {name: b, ip: 10.0.0.2, services: [mesos-slave]}";
    expect(complaints(text, { slaveIp: "10.0.0.3" })).toEqual([]);
    expect(complaints("", { masterIp: "192.168.33.19" })).toEqual([
      "--master-ip 192.168.33.19: must not be the same as the default machines[1].ip",
    ]);
    expect(complaints("", { slaveIp: "10.0.0.2" })).toEqual([
      "--slave-ip 10.0.0.2: must be in one /24 network, 192.168.33.x, with the default machines[0].ip",
    ]);
    expect(complaints("", { masterIp: "10.0.0.2" })).toEqual([
      "--master-ip 10.0.0.2: must be in one /24 network, 192.168.33.x, with the default machines[1].ip",
    ]);
  });

  test("two address flags cannot give one machine two addresses", () => {
    expect(complaints(one("10.0.0.2"), { masterIp: "10.0.0.3", slaveIp: "10.0.0.4" })).toEqual([
      "--slave-ip 10.0.0.4: --master-ip gives machines[0], which is also the slave, another address",
    ]);
    expect(complaints(one("10.0.0.2"), { masterIp: "10.0.0.3", slaveIp: "10.0.0.3" })).toEqual([]);
  });
});

describe("flags", () => {
  test.each<[LabFlags, string]>([
    [{ memory: "12x" }, "--memory 12x: must be a whole number of MiB from 512 to 1048576, like 2048"],
    [{ memory: "" }, '--memory "": must be a whole number of MiB from 512 to 1048576, like 2048'],
    [{ memory: "1e4" }, "--memory 1e4: must be a whole number of MiB from 512 to 1048576, like 2048"],
    [
      { memory: "9".repeat(100) },
      `--memory ${"9".repeat(60)}…: must be a whole number of MiB from 512 to 1048576, like 2048`,
    ],
    [{ cpus: "0" }, "--cpus 0: must be a whole number from 1 to 64, like 2"],
    [{ cpus: "-1" }, "--cpus -1: must be a whole number from 1 to 64, like 2"],
    [
      { name: "../x" },
      "--name ../x: must be a host name: lowercase letters, digits and '-', starting with a letter, at most 40 characters",
    ],
    [{ stack: "Classic" }, "--stack Classic: must be one of classic, rehearsal"],
    [{ provider: "kvm" }, "--provider kvm: must be one of virtualbox, libvirt, vmware_desktop, parallels"],
    [{ box: "a b" }, "--box a b: must be a box's name, like bento/ubuntu-20.04"],
    [{ boxVersion: ">= 1" }, "--box-version >= 1: must be an exact version, like 202407.23.0"],
    [
      { boxUrl: "x.box" },
      "--box-url x.box: must be an http(s) or file URL or an absolute path, like https://example.org/lab.box or /srv/lab.box",
    ],
    [
      { masterIp: "8.8.8.8" },
      "--master-ip 8.8.8.8: must be a private address: in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10; in an embedded lab also in 127.0.0.0/8",
    ],
    [{ slaveIp: "192.168.33" }, "--slave-ip 192.168.33: must be an IPv4 address, like 192.168.33.18"],
  ])("%j", (flags, line) => {
    expect(complaints(undefined, flags)).toEqual([line]);
  });

  test("are told with the file's mistakes, after them", () => {
    expect(
      complaints("name: 1A\nx: 1", { cpus: "many", memory: "little" }).map((line) => line.split(" ")[0]),
    ).toEqual(["1:7:", "2:1:", "--memory", "--cpus"]);
  });

  test("are not held against default machines when the file cannot be read", () => {
    expect(complaints("machines: [", { masterIp: "192.168.33.19" }).join()).not.toContain("--master-ip");
  });
});

describe("values", () => {
  test.each(["10.0.0.2", "172.16.0.254", "172.31.255.2", "192.168.33.18"])("address %s is right", (ip) => {
    expect(complaints(one(ip))).toEqual([]);
  });

  test.each([
    "256.1.1.2",
    "10.0.0",
    "10.0.0.2.3",
    "10.0.0.02",
    "169.254.1.2",
    "224.0.0.5",
    "0.0.0.0",
    "172.15.0.2",
    "10.0.0.2 ",
  ])("address %j is wrong", (ip) => expect(complaints(one(JSON.stringify(ip)))).toHaveLength(1));

  test.each([
    "tomcat",
    "tomcat:8.0",
    "localhost:5000/a/b_c:V1",
    "a.b/c--d",
    `r.example/x@sha256:${"a".repeat(64)}`,
  ])("image %s is right", (image) => expect(complaints(`images: {tomcat: "${image}"}`)).toEqual([]));

  test.each(["", "Tomcat", "a:", "a//b", "/a", "a b", "a:b:c", "a@sha256:12", "-a", "a$(b)", "a\\nb"])(
    "image %j is wrong",
    (image) => {
      expect(complaints(`images: {tomcat: "${image}"}`)).toHaveLength(1);
    },
  );

  test.each([
    "http://h/a.box",
    "https://h/a.box?x=1&y=2",
    "file:///srv/a.box",
    "/srv/my boxes/a.box",
    "C:/boxes/a.box",
  ])("box URL %s is right", (url) => expect(complaints(`box: {url: "${url}"}`)).toEqual([]));

  test.each([
    "ftp://h/a.box",
    "./a.box",
    "a.box",
    "/a#{x}.box",
    "/a'.box",
    "/a.box ",
    "/a\\nb",
    "https://",
    "/",
    // What a Vagrantfile cannot hold, or nobody sees.
    ...["\\uD800", "\\0", "\\a", "\\x7f", "\\x85", "\\u202e"].map((hidden) => `/a${hidden}.box`),
  ])("box URL %j is wrong", (url) => {
    expect(complaints(`box: {url: "${url}"}`)).toHaveLength(1);
  });

  test.each(["a", "lab-1", "a".repeat(40)])("name %s is right", (name) =>
    expect(parse(`name: ${name}`).name).toBe(name),
  );

  test.each(["A", "1a", "-a", "a-", "a_b", "a.b", "a/b", "..", "ü", "a".repeat(41), "a\\n", ""])(
    "name %j is wrong",
    (name) => {
      expect(complaints(`name: "${name}"`)).toHaveLength(1);
    },
  );

  test("bamboo may be left out, the others not", () => {
    expect(complaints(one("10.0.0.2"))).toEqual([]);
    expect(complaints(one("10.0.0.2", "zookeeper, bamboo"))).toEqual([
      "1:11: machines must run mesos-master on at least one machine",
      "1:11: machines must run mesos-slave on at least one machine",
      "1:11: machines must run marathon on at least one machine",
    ]);
  });

  test("ports may be the same on different machines", () => {
    expect(complaints("ports: {mesosSlave: 5050}")).toEqual([]);
    expect(complaints(`${one("10.0.0.2")}ports: {mesosSlave: 5050}`)).toEqual([
      "2:21: ports.mesosSlave 5050 must differ from the default ports.mesosMaster: both are on machine one",
    ]);
  });

  test("aliases are followed, and a mistake in one is told where it is used", () => {
    const text =
      "machines:\n  - {name: a, ip: 10.0.0.2, memory: &m 1024, services: [zookeeper, mesos-master, marathon]}\n  - {name: b, ip: 10.0.0.3, memory: *m, services: [mesos-slave]}\n";
    expect(parse(text).machines.map(({ memory }) => memory)).toEqual([1024, 1024]);
    expect(complaints(text.replace("1024", "1")).map((line) => line.split(" ")[0])).toEqual([
      "2:40:",
      "3:37:",
    ]);
  });
});

describe("odd input", () => {
  test("CRLF changes nothing", () => {
    expect(parse("name: a\r\nports:\r\n  bamboo: 8001\r\n")).toEqual(
      parse("name: a\nports:\n  bamboo: 8001\n"),
    );
  });

  test("prototype keys reach nothing", () => {
    expect(complaints("__proto__: {name: evil}")).toEqual([
      '1:1: unknown key "__proto__"; known here: name, runsOn, shared, stack, provider, emulation, bootTimeout, box, mesos, machines, ssh, drills, discovery, registry, images, ports',
    ]);
    expect(({} as { name?: string }).name).toBeUndefined();
  });

  test.each([
    ["many keys", Array.from({ length: 3000 }, (_, i) => `k${i}: 1`).join("\n")],
    ["a large file", `name: ${"a".repeat(100_000)}`],
    ["deep flow", "[{a: ".repeat(6_000)],
    ["deep blocks", "? ".repeat(16_000)],
    ["blocks deep by indentation", Array.from({ length: 240 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
    ["a long list", `machines: [${"1,".repeat(15_000)}]`],
    ["itself", "machines: &a [*a]"],
    ["binary", "\u0000\u0001\u0002"],
    ["complex keys", "? [a, b]\n: 1\n? {c: d}\n: 2"],
  ])("%s is refused in good time", (_, text) => {
    expect(complaints(text).length).toBeGreaterThan(0);
  });
});
