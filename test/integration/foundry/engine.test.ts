import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startEngine } from "../../../src/foundry/box/engine.ts";
import { missing } from "../../helpers/missing.ts";

const unable = process.getuid?.() !== 0 ? " (not root)" : missing("setpriv", "unshare");

/** Programs in Docker's place: what they did is in `starts`, and `docker version` succeeds once dockerd runs. */
describe.skipIf(unable !== "")(`an engine of a build's own${unable}`, () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  const program = (name: string, script: string) => {
    writeFileSync(file(`bin/${name}`), `#!/bin/sh\ncd '${folder}'\n${script}`);
    chmodSync(file(`bin/${name}`), 0o755);
  };
  const starts = () => readFileSync(file("starts"), "utf8").trim().split("\n").length;
  const start = () => startEngine({ cacheDir: folder }, file("store"), file("scratch"));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "own-engine-"));
    for (const name of ["bin", "scratch"]) mkdirSync(file(name));
    vi.stubEnv("PATH", `${file("bin")}:${process.env.PATH}`);
    program("docker", "test -e runs\n");
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  test("is started again when its containerd took too long for it", async () => {
    const why = "failed to start containerd: timeout waiting for containerd to start";
    const slow = `if [ "$(wc -l <starts)" -lt 3 ]; then echo '${why}' >&2; exit 1; fi\n`;
    program("dockerd", `echo start >>starts\n${slow}touch runs\nexec sleep 600\n`);
    const engine = await start();
    expect(starts()).toBe(3);
    await engine.close();
  });

  test("is not started again when it cannot run here, and its own words are told", async () => {
    program("dockerd", "echo start >>starts\necho 'driver not supported' >&2\nexit 1\n");
    await expect(start()).rejects.toMatchObject({
      id: "program-failed",
      details: expect.arrayContaining(["driver not supported"]),
    });
    expect(starts()).toBe(1);
  });
});
