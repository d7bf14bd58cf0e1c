import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { DockerEngine, type EngineChoice, noDockerEngine } from "../../helpers/docker-engine.ts";
import { missing } from "../../helpers/missing.ts";
import { newerDocker } from "../../helpers/newer-docker.ts";
import { openHost, openRegistry } from "../../helpers/registry/fetching.ts";
import {
  greeting,
  runArguments,
  smallImage,
  testForms,
  testName,
} from "../../helpers/registry/small-image.ts";

/**
 * What a Docker engine of 2024 takes of the images of 2015, and what of its answers the agent of 2015 can read: the
 * reasons for the classic stack's engine and client, on a real engine.
 */

const image = smallImage();
const short = (form: (typeof testForms)[number]) => testName(form).replace("library/", "");
const why = missing("mmdebstrap") || (noDockerEngine === undefined ? "" : ` (skipped: ${noDockerEngine})`);

describe.skipIf(why !== "")(`a Docker engine of 26.1${why}`, () => {
  let root: string;
  let engine: DockerEngine;

  beforeAll(async () => {
    root = await newerDocker();
    engine = await DockerEngine.start({ root });
    expect(engine.ask("1.44", "/version").Version).toMatch(/^26\.1\./);
  });
  afterAll(() => engine?.close());

  async function archive(): Promise<string> {
    const registry = await openRegistry();
    for (const form of testForms) registry.add(testName(form), image, form);
    const host = await openHost(registry.url);
    const all = [];
    for (const form of testForms) all.push(await host.fetch(short(form)));
    return host.pack(...all);
  }

  test("loads and runs what was fetched, whatever its registry had", async () => {
    const loaded = engine.docker("load", "--input", await archive());
    expect(loaded.split("\n")).toEqual(testForms.map((form) => `Loaded image: ${short(form)}`));
    for (const form of testForms)
      expect(engine.docker("run", "--rm", ...runArguments, short(form))).toBe(greeting);
  });

  test("tells clients up to API 1.44 the ContainerConfig of such an image, and later ones not", () => {
    for (const form of testForms) {
      const told = (version: string) => engine.ask(version, `/images/${short(form)}/json`).ContainerConfig;
      for (const version of ["1.24", "1.43", "1.44"])
        expect([form, version, told(version)]).toEqual([
          form,
          version,
          expect.objectContaining({ Entrypoint: expect.anything(), Env: expect.anything() }),
        ]);
      expect([form, told("1.45")]).toEqual([form, undefined]);
    }
  });

  test("pulls images of schema 1 only where it was told to", async () => {
    expect(await pull({ root })).toMatch(/Docker Image manifest version 2, schema 1 support/);
    const told = { root, env: { DOCKER_ENABLE_DEPRECATED_PULL_SCHEMA_1_IMAGE: "1" } };
    expect(await pull(told)).toMatch(/library\/small:schema-1$/);
  });

  test("tells an empty one of an image in containerd's store", async () => {
    const config = { "storage-driver": "native", features: { "containerd-snapshotter": true } };
    const other = await DockerEngine.start({ root, config });
    onTestFinished(() => other.close());
    other.docker("load", "--input", await archive());
    for (const version of ["1.24", "1.43", "1.44"])
      expect(other.ask(version, `/images/${short("schema 1")}/json`)).toMatchObject({
        Config: { Entrypoint: ["/bin/sh", "-c"] },
        ContainerConfig: { Entrypoint: null, Env: null },
      });
  });
});

/** What an engine says when it is asked to pull an image of schema 1. */
async function pull(choice: EngineChoice): Promise<string> {
  const engine = await DockerEngine.start(choice);
  onTestFinished(() => engine.close());
  const main = new URL("../../helpers/registry/main.ts", import.meta.url).pathname;
  const [file = "", ...words] = [
    ...engine.enter,
    process.execPath,
    "--import",
    import.meta.resolve("tsx"),
    main,
  ];
  const registry: ChildProcess = spawn(file, words, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    registry.kill();
  });
  const [line] = (await once(registry.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  const address = line.toString().trim().replace("http://", "");
  try {
    return engine.docker("pull", "--quiet", `${address}/${testName("schema 1")}`);
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}
