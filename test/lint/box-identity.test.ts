import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { missing } from "../helpers/missing.ts";

const unable = missing("ruby");
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "mesos-lab-box-"));
});
afterEach(() => {
  rmSync(data, { recursive: true, force: true });
});

/** What a machine has after the trigger; `unusual` are words of Ruby. */
function given(unusual: string): string[] {
  const words = [file("box-identity.rb"), file("../../templates/box/Vagrantfile"), data, unusual];
  return execFileSync("ruby", words, { encoding: "utf8" }).trim().split("\n");
}

const before = "before up";
const told = [
  "io.systemd.credential:mesos-lab.name=master",
  "io.systemd.credential:mesos-lab.address=192.168.33.18/24",
  "io.systemd.credential:mesos-lab.key=public",
];
const port = "forwarded_port left to Vagrant: true";
const left = "private_network left to Vagrant: true";
const done = "private_network left to Vagrant: false";

describe.skipIf(unable !== "")(`a machine of the box, before Vagrant makes it${unable}`, () => {
  test("is given its name, its address and its key", () => {
    expect(given("")).toEqual([before, port, done, ...told, "private 600"]);
  });

  test("has a new key where an earlier run has left one", () => {
    writeFileSync(join(data, "private_key"), "old", { mode: 0o444 });
    expect(given("")).toEqual([before, port, done, ...told, "private 600"]);
  });

  test("keeps what its user has put into its firmware", () => {
    expect(given('sysinfo: {"oem strings" => ["mine"], "system" => ["theirs"]}')).toEqual([
      ...[before, port, done, "mine", ...told, "theirs", "private 600"],
    ]);
  });

  test.each([
    ["is made already", 'id: "1"', [port, left]],
    ["is another provider's", "provider: :virtualbox", [port, left]],
    ["has a vagrant-libvirt that tells nothing", "sysinfo: nil", [port, left]],
    ["has no name", "hostname: nil", [port, left]],
    ["has a mask", 'networks: [[:private_network, { ip: "192.168.33.18", netmask: "255.255.0.0" }]]', [left]],
    ["has no address", "networks: [[:private_network, {}]]", [left]],
    ["has two networks", 'networks: [[:private_network, { ip: "192.168.33.18" }]] * 2', [left, left]],
    ["has no network", "networks: []", []],
    ["keeps the box's key", "insert_key: false", [port, left]],
    ["has a key of its user's", 'private_key_path: ["mine"]', [port, left]],
  ])("is left to Vagrant where it %s", (_, unusual, networks) => {
    expect(given(unusual)).toEqual([before, ...networks]);
  });
});
