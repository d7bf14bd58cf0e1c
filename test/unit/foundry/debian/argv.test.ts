import { expect, test } from "vitest";
import { engineCommand } from "../../../../src/foundry/box/engine.ts";
import { hostAptOptions } from "../../../../src/foundry/debian/apt.ts";
import { insideTree } from "../../../../src/foundry/debian/job.ts";

test("a command inside a tree has mounts of its own, which end with it", () => {
  const { file, args } = insideTree("/tree", ["apt-get", "install"]);
  const words = "--mount --propagation private --root /tree --wd / --mount-proc apt-get install";
  expect([file, ...args].join(" ")).toBe(`unshare ${words}`);
});

test("the host's apt, working for a tree, uses nothing of the host's own packages and sources", () => {
  const options = hostAptOptions("/cache", "/tree");
  expect(options).toContain("Dir::State::status=/tree/var/lib/dpkg/status");
  expect(options).toContain("Dir::Etc::sourcelist=/cache/apt/sources.list");
  expect(options).toContain("Dir::Etc::sourceparts=/dev/null");
  expect(options.filter((_, index) => index % 2 === 0).every((word) => word === "-o")).toBe(true);
});

test("the engine that fills a store leaves the host's network and files alone", () => {
  const { args } = engineCommand("unix:///s/docker.sock", "/tree/var/lib/docker", "/s");
  for (const wanted of [
    "--bridge=none",
    "--iptables=false",
    "--ip-forward=false",
    "--config-file=/s/daemon.json",
  ])
    expect(args).toContain(wanted);
  for (const place of args.filter((arg) => /root|pidfile|host/.test(arg)))
    expect(place).toMatch(/\/(s|tree)\//);
});
