import { describe, expect, it } from "vitest";
import { onVagrant } from "../../../src/lab/runs.ts";
import { applyLock, boxKey } from "../../../src/lock/apply.ts";
import { compareLock, differenceText, updateLock } from "../../../src/lock/compare.ts";
import { imageIdentities } from "../../../src/lock/images.ts";
import { emptyLock, formatLock, type Lock, parseLock } from "../../../src/lock/lock.ts";
import { tutorialLab } from "../../helpers/described-labs.ts";

const hex = (digit: string) => digit.repeat(64);
const lock: Lock = {
  lock: 1,
  boxes: { "bento/ubuntu-20.04 virtualbox": { version: "202407.23.0", sha256: hex("b") } },
  images: { "tomcat:8.0": `sha256:${hex("1")}`, "own/image:1": `id sha256:${hex("2")}` },
  ids: {},
  tools: { Vagrant: "2.4.1" },
};

describe("a lock file", () => {
  it("is sorted, says what it is, and reads back as the same", () => {
    const text = formatLock(lock);
    expect(
      text,
    ).toBe(`# What this lab was made of. Made by \`mesos-lab create\`; commit it beside the lab file.
# \`mesos-lab create\` refuses what differs from it; \`mesos-lab create --update-lock\` writes it anew.
boxes:
  bento/ubuntu-20.04 virtualbox:
    sha256: ${hex("b")}
    version: 202407.23.0
images:
  own/image:1: id sha256:${hex("2")}
  tomcat:8.0: sha256:${hex("1")}
lock: 1
tools:
  Vagrant: 2.4.1
`);
    expect(parseLock(text, "mesos-lab.lock")).toEqual(lock);
    const turned = { ...lock, images: Object.fromEntries(Object.entries(lock.images).reverse()) };
    expect(formatLock(turned)).toBe(text);
  });

  it("keeps a version that looks like a number", () => {
    const odd = { ...emptyLock, tools: { Vagrant: "2.4", "mesos-lab": "1e3" } };
    expect(parseLock(formatLock(odd), "x").tools).toEqual(odd.tools);
  });

  it.each([
    ["nothing", ""],
    ["a text", "hello"],
    ["no YAML", "a: [b"],
    ["a later form", formatLock(lock).replace("lock: 1", "lock: 2")],
    ["an unknown key", `${formatLock(lock)}extra: 1\n`],
    ["half a digest", formatLock(lock).replace(hex("1"), "1111")],
    ["another hash", formatLock(lock).replace(`id sha256:${hex("2")}`, `md5:${hex("2")}`)],
    ["aliases", `lock: 1\nboxes: &a {}\nimages: *a\ntools: {}\n`],
  ])("is refused when it is %s", (_, text) => {
    expect(() => parseLock(text, "mesos-lab.lock")).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: expect.stringContaining("mesos-lab.lock is no lock file of this version"),
      }),
    );
  });
});

describe("what differs", () => {
  it("is nothing in the same lab, and nothing that only one side knows", () => {
    const more = { ...lock, images: { "new:1": `sha256:${hex("9")}` }, tools: { ansible: "2.15.0" } };
    expect(compareLock(lock, lock)).toEqual({ parts: [], tools: [] });
    expect(compareLock(lock, more)).toEqual({ parts: [], tools: [] });
    expect(compareLock(lock, emptyLock)).toEqual({ parts: [], tools: [] });
  });

  it("is told one by one, tools apart from parts", () => {
    const found: Lock = {
      lock: 1,
      boxes: { "bento/ubuntu-20.04 virtualbox": { version: "202508.1.0", sha256: hex("c") } },
      images: { "tomcat:8.0": `sha256:${hex("3")}`, "own/image:1": `id sha256:${hex("4")}` },
      ids: {},
      tools: { Vagrant: "2.4.9" },
    };
    const { parts, tools } = compareLock(lock, found);
    expect(parts.map(differenceText)).toEqual([
      "box bento/ubuntu-20.04 virtualbox, version: locked 202407.23.0, now 202508.1.0",
      `image own/image:1: locked id sha256:${hex("2")}, now id sha256:${hex("4")}`,
      `image tomcat:8.0: locked sha256:${hex("1")}, now sha256:${hex("3")}`,
    ]);
    expect(tools.map(differenceText)).toEqual(["Vagrant: locked 2.4.1, now 2.4.9"]);
  });

  it("is a box of the same version with other files", () => {
    const boxes = { "bento/ubuntu-20.04 virtualbox": { version: "202407.23.0", sha256: hex("c") } };
    expect(compareLock(lock, { ...emptyLock, boxes }).parts.map(({ what }) => what)).toEqual([
      "box bento/ubuntu-20.04 virtualbox, files",
    ]);
  });

  it("takes its place in an updated lock, beside what is not touched", () => {
    const images = { "tomcat:8.0": `sha256:${hex("3")}` };
    expect(updateLock(lock, { ...emptyLock, images })).toEqual({
      ...lock,
      images: { ...lock.images, ...images },
    });
  });
});

describe("a locked lab", () => {
  const lab = tutorialLab();

  it("has the box's version and the digests of what can be pulled", () => {
    const open = { ...lab, runs: { ...lab.runs, box: { name: "bento/ubuntu-20.04" } } };
    expect(boxKey(open)).toBe("bento/ubuntu-20.04 virtualbox");
    const locked = applyLock(open, lock);
    expect(onVagrant(locked)?.runs.box.version).toBe("202407.23.0");
    expect(locked.digests).toEqual({ "tomcat:8.0": `sha256:${hex("1")}` });
    const own = { ...lab, images: { ...lab.images, tomcat: "own/image:1" } };
    expect(applyLock(own, lock)).not.toHaveProperty("digests");
  });

  it("is as it was where the lock knows nothing of it", () => {
    expect(applyLock(lab, emptyLock)).toEqual(lab);
  });
});

describe("what docker image inspect says", () => {
  const id = `sha256:${hex("a")}`;

  it("is the digest of this repository, or the id of what was built", () => {
    const digests = JSON.stringify([`mirror/tomcat@sha256:${hex("7")}`, `tomcat@sha256:${hex("8")}`]);
    expect(
      imageIdentities(["tomcat:8.0", "own:1", "old:1"], `${id} ${digests}\n${id} []\n${id} null\n`),
    ).toEqual({
      "tomcat:8.0": `sha256:${hex("8")}`,
      "own:1": `id ${id}`,
      "old:1": `id ${id}`,
    });
  });

  it("keeps a registry's port apart from a tag", () => {
    const digests = JSON.stringify([`host:5000/a/b@sha256:${hex("7")}`]);
    expect(imageIdentities(["host:5000/a/b"], `${id} ${digests}`)).toEqual({
      "host:5000/a/b": `sha256:${hex("7")}`,
    });
  });

  it("is left out where it is something else", () => {
    expect(imageIdentities(["a:1", "b:1"], "Warning: x")).toEqual({});
  });
});
