import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { imagesOf } from "../../../src/lab/catalogue/index.ts";
import { digestOf } from "../../../src/registry/layout.ts";
import { eventually } from "../../helpers/eventually.ts";
import { openRegistry } from "../../helpers/registry/fetching.ts";
import type { TestRegistry } from "../../helpers/registry/server.ts";
import {
  neededBlobs,
  smallImage,
  type TestForm,
  type TestImage,
} from "../../helpers/registry/small-image.ts";
import { type Desk, openDesk } from "../../helpers/run-cli.ts";

const images = imagesOf("classic");
/** Those of the tutorial's lab, as a registry of the year 2016 has them. */
const references = ["zookeeper", "mesos-master", "marathon", "bamboo", "mesos-slave", "tomcat"] as const;
const forms: readonly TestForm[] = [
  "schema 1, old",
  "schema 1",
  "schema 1",
  "schema 1, old",
  "schema 2",
  "list",
];

function addLab(registry: TestRegistry, image: (index: number) => TestImage): void {
  for (const [index, service] of references.entries()) {
    const reference = images[service];
    const name = reference.includes("/") ? reference : `library/${reference}`;
    registry.add(name, image(index), forms[index] as TestForm);
  }
}

const cacheOf = (desk: Desk) => join(dirname(desk.folder), ".cache", "mesos-lab", "registry");
/** Beside the test's registry, which is no lab's. */
const open = () => openDesk({ programs: [], network: { enter: [], close: async () => undefined } });
const timeout = 120_000;

describe("images fetch", { timeout }, () => {
  test("brings a lab's images once, tells how, and finds them the next time", async () => {
    const registry = await openRegistry({
      auth: "bearer",
      redirect: true,
      headers: { "ratelimit-limit": "100;w=21600", "ratelimit-remaining": "4;w=21600" },
    });
    addLab(registry, (index) => smallImage({ filling: 0.2, seed: index + 10 }));
    const desk = open();
    const first = await desk.run(["images", "fetch", "--registry", registry.url, "--output", "all.tar"]);
    expect(first.stderr).toContain("✔ Look for 6 images: 6 to fetch, 0 in the cache; ");
    expect(first.stderr).toContain(
      ": 4 of 100 pulls in 6 h are left for this address, and 6 images are wanted",
    );
    expect(first.stderr).toMatch(/✔ Fetch tomcat:8\.0: schema 2, 2 layers, \d+ kB fetched, \S+ [kM]B\/s/);
    expect(first.stderr).toMatch(/layer 2 of 2: \d+ kB of \d+ kB, \S+ [kM]B\/s/);
    expect(first.stderr).toContain("proves that nothing is missing, and nothing of who made them");
    expect(first.stdout).toMatch(
      /^mesoscloud\/zookeeper:3\.4\.6-ubuntu-14\.04 +schema 1 +3 +\d+ kB +[0-9a-f]{12}$/m,
    );
    expect(first.exitCode).toBe(0);
    const archive = readFileSync(desk.path("all.tar"));

    registry.asked.length = 0;
    const again = await desk.run([
      "images",
      "fetch",
      "--registry",
      registry.url,
      "--output",
      "all.tar",
      "--json",
    ]);
    expect(registry.asked.filter(({ method, path }) => method !== "HEAD" && path !== "token")).toEqual([]);
    expect(readFileSync(desk.path("all.tar")).equals(archive)).toBe(true);
    const result = JSON.parse(again.stdout.trim().split("\n").at(-1) ?? "");
    expect(result.images.map(({ reference }: { reference: string }) => reference)).toEqual(
      references.map((service) => images[service]),
    );

    // The registry is gone, and the images are here.
    await registry.close();
    const list = await desk.run(["images", "list"]);
    expect(list).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("tomcat:8.0 ") });
    writeFileSync(desk.path("mesos-lab.yaml"), "images: { tomcat: tomcat:9 }\n");
    const asked = await desk.run(["images", "prune"]);
    expect(asked).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("this lab does not use tomcat:8.0"),
    });
    const pruned = await desk.run(["images", "prune", "--yes"]);
    expect(pruned).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+ kB freed$/m) });
    expect((await desk.run(["images", "list"])).stdout).not.toContain("tomcat");
    expect(await desk.run(["images", "prune", "--yes"])).toMatchObject({ stdout: "nothing to remove\n" });
  });

  test("holds a lab to its lock", async () => {
    const registry = await openRegistry();
    const locked = smallImage({ filling: 0.1, seed: 5 });
    addLab(registry, () => locked);
    const desk = open();
    const { digest } = locked.manifests["schema 1"];
    writeFileSync(
      desk.path("mesos-lab.lock"),
      `lock: 1\nboxes: {}\ntools: {}\nimages:\n  ${images.marathon}: ${digestOf("another")}\n  ${images["mesos-master"]}: ${digest}\n`,
    );
    const { exitCode, stderr } = await desk.run(["images", "fetch", "--registry", registry.url]);
    expect(exitCode).toBe(4);
    expect(stderr).toContain(`has no mesosphere/marathon ${digestOf("another")}`);
    expect(registry.asked.map(({ path }) => path)).toContain(`manifests/${digest}`);
  });

  test("two at once: one fetches, the other finds it", async () => {
    const registry = await openRegistry({ slow: 5 });
    addLab(registry, (index) => smallImage({ filling: 0.3, seed: index + 20 }));
    const desk = open();
    const both = await Promise.all(
      [1, 2].map(() => desk.run(["images", "fetch", "--registry", registry.url])),
    );
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const paths = registry.blobs.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  test.each([
    [["images", "fetch", "--stack", "rehearsal"], "the rehearsal stack's images are in no registry"],
    [
      ["images", "fetch", "--registry", "cache.local"],
      "--registry cache.local: must be the http(s) URL of a registry",
    ],
    [["images", "list"], "there are no images here yet"],
    [["images", "pull"], '"images pull" is not a command'],
  ])("%j is told in words", async (args, words) => {
    const { exitCode, stderr } = await open().run(args);
    expect(stderr).toContain(words);
    expect(exitCode).toBe(2);
  });
});

describe("interrupted", { timeout: 600_000 }, () => {
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
