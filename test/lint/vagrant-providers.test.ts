import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { problemsOf } from "../../src/lab/finding.ts";
import type { ProviderName } from "../../src/lab/model.ts";
import { refusals } from "../../src/machines/vagrant/refusal.ts";
import { isInstalled } from "../../src/tools/host.ts";

/** What the real Vagrant says of providers, none of which is here but for VirtualBox's program that tells its version. */
describe.skipIf(!isInstalled("vagrant"))("the installed Vagrant", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mesos-lab-vbox-"));
    vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
    vi.stubEnv("VAGRANT_HOME", join(folder, "home"));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  const virtualbox = (version: string) => {
    const program = join(folder, "VBoxManage");
    writeFileSync(program, `#!/bin/sh\necho ${version}\n`);
    chmodSync(program, 0o755);
  };
  // Each is a command of its own, in which Vagrant is asked once.
  const seen = async (provider: ProviderName) =>
    problemsOf(await refusals(provider, new AbortController().signal)).map(({ what }) => what);

  test("takes a VirtualBox of its time", async () => {
    virtualbox("6.1.50r161033");
    expect(await seen("virtualbox")).toEqual([]);
  });

  test("refuses one that is newer than all it knows, and says which it knows", async () => {
    virtualbox("99.0.0r1");
    expect(await seen("virtualbox")).toEqual([
      expect.stringMatching(
        /^this version of Vagrant does not support the installed VirtualBox: it supports .*6\.1/,
      ),
    ]);
  });

  test("misses a plugin", async () => {
    expect(await seen("parallels")).toEqual(["Vagrant has no plugin vagrant-parallels"]);
  });
});
