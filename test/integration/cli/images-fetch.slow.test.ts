import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../../src/registry/layout.ts";
import { openRegistry } from "../../helpers/registry/fetching.ts";
import { addLab, images, openPlainDesk as open, references } from "../../helpers/registry/lab-registry.ts";
import { smallImage } from "../../helpers/registry/small-image.ts";

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
    [["images", "pull"], 'there is no action "pull", known here: fetch, build, list, prune'],
  ])("%j is told in words", async (args, words) => {
    const { exitCode, stderr } = await open().run(args);
    expect(stderr).toContain(words);
    expect(exitCode).toBe(2);
  });
});
