import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { eventually } from "../../helpers/eventually.ts";
import { openRegistry } from "../../helpers/registry/fetching.ts";
import { addLab, forms, openPlainDesk as open, references } from "../../helpers/registry/lab-registry.ts";
import type { TestRegistry } from "../../helpers/registry/server.ts";
import {
  neededBlobs,
  smallImage,
  type TestForm,
  type TestImage,
} from "../../helpers/registry/small-image.ts";
import type { Desk } from "../../helpers/run-cli.ts";

const cacheOf = (desk: Desk) => join(dirname(desk.folder), ".cache", "mesos-lab", "registry");

describe("interrupted", () => {
  const count = 20;
  const image = (index: number) => smallImage({ filling: 0.4, seed: index + 50 });
  const all = references.map((_, index) => image(index));
  const blobs = new Map(all.flatMap((each, index) => [...neededBlobs(each, forms[index] as TestForm)]));
  const needed = [...blobs.values()].reduce((sum, { length }) => sum + length, 0);

  // Ctrl-C and the end of the power, at moments all over the way.
  test.each(Array.from({ length: count }, (_, index) => index))(
    "at moment %i of 20, the second run finishes, and fetches nothing twice",
    async (moment) => {
      const registry = await openRegistry({ auth: "bearer" });
      addLab(registry, (index) => all[index] as TestImage);
      const desk = open();
      const args = ["images", "fetch", "--registry", registry.url];
      const bound = Math.floor((needed * moment) / count);
      let reached = () => {};
      const there = new Promise<void>((resolve) => {
        reached = resolve;
      });
      let release = () => {};
      const holding = new Promise<void>((_, reject) => {
        release = () => reject(new Error("nobody is there any more"));
      });
      holding.catch(() => undefined);
      registry.behaviour.beforePiece = (sent) => {
        if (sent < bound) return;
        reached();
        return holding;
      };
      const running = desk.start(args);
      await Promise.race([there, running.outcome]);
      // What was sent before the registry fell silent is on the disk.
      await eventually(() => {
        for (const { path, sent } of registry.blobs)
          expect(`${path} ${bytesHere(cacheOf(desk), path)}`).toBe(`${path} ${sent}`);
      });
      const kill = moment % 2 === 0;
      if (kill) running.process.kill("SIGKILL");
      else running.interrupt();
      const { exitCode } = await running.outcome;
      expect(exitCode).toBe(kill ? null : 130);
      const before = registry.blobs.map(({ path, sent }) => ({ path, sent }));
      const manifestsBefore = got(registry);
      release();
      await registry.left();
      registry.behaviour.beforePiece = undefined;
      registry.asked.length = 0;

      const second = await desk.run(args);
      expect(`${second.exitCode} ${second.stderr}`).toMatch(/^0 /);
      for (const { path, range } of registry.blobs) {
        const had = before.filter((each) => each.path === path).reduce((sum, { sent }) => sum + sent, 0);
        expect(`${path} ${range ?? "from its beginning"}`).toBe(
          `${path} ${had === 0 ? "from its beginning" : `bytes=${had}-`}`,
        );
      }
      const sent = [...before, ...registry.blobs].reduce((sum, each) => sum + each.sent, 0);
      expect(sent).toBe(needed);
      // Nor is a manifest.
      const twice = got(registry).filter((path) => manifestsBefore.includes(path));
      expect(twice).toEqual([]);
      expect(readdirSync(join(cacheOf(desk), "partial"))).toEqual([]);
    },
  );
});

/** The manifests that were given by their digest or tag. */
function got(registry: TestRegistry): string[] {
  return registry.asked
    .filter(({ method, path, status }) => method === "GET" && path.startsWith("manifests/") && status === 200)
    .map(({ path }) => path);
}

/** What has arrived of a blob. */
function bytesHere(cache: string, path: string): number {
  const name = path.replace("blobs/sha256:", "");
  const file = [join(cache, "blobs/sha256", name), join(cache, "partial", name)].find(existsSync);
  return file === undefined ? 0 : statSync(file).size;
}
