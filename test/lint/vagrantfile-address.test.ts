import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { missing } from "../helpers/missing.ts";

const unable = missing("ruby");
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const rendered = file("../golden/expected/rehearsal/Vagrantfile");

/** What the Vagrantfile's trigger does for the master, with a machine and a network that note it. */
function done(...facts: readonly [provider: string, answers: string, ready: string]): string[] {
  const words = [file("vagrantfile-address.rb"), rendered, ...facts];
  return execFileSync("ruby", words, { encoding: "utf8" }).trim().split("\n");
}

const asked = "asks 192.168.33.18:22 for 3 s";
const after = "after up, reload";
const told = "Setting up its name and its address, which an earlier run has not come to...";

describe.skipIf(unable !== "")(
  `a machine's name and address, after Vagrant has brought it up${unable}`,
  () => {
    test("are left alone where SSH answers at the address", () => {
      expect(done("libvirt", "answers", "ready")).toEqual([after, asked]);
    });

    test.each(["virtualbox", "vmware_desktop", "parallels"])("are %s' own affair", (provider) => {
      expect(done(provider, "silent", "ready")).toEqual([after]);
    });

    test("are set up where nobody answers, when the machine is ready", () => {
      expect(done("libvirt", "silent", "ready")).toEqual([
        ...[after, asked, asked, asked, asked, asked, told, "waits 600 s"],
        'change_host_name "master"',
        'configure_networks [{interface: 1, type: :static, ip: "192.168.33.18", netmask: "255.255.255.0"}]',
      ]);
    });

    test("are not, and Vagrant ends as it does after any slow boot, when it is not ready in time", () => {
      expect(done("libvirt", "silent", "never").slice(-2)).toEqual(["waits 600 s", "gives up"]);
    });
  },
);
