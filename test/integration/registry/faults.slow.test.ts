import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dockerCredentials } from "../../../src/registry/credentials.ts";
import { findImage } from "../../../src/registry/fetch.ts";
import { digestOf } from "../../../src/registry/layout.ts";
import { parseReference } from "../../../src/registry/reference.ts";
import { blobFile } from "../../../src/registry/store.ts";
import { closedPort, serveHttp } from "../../helpers/local-servers.ts";
import { emptyFolder, openHost, openRegistry } from "../../helpers/registry/fetching.ts";
import type { Behaviour } from "../../helpers/registry/server.ts";
import { smallImage, type TestForm } from "../../helpers/registry/small-image.ts";

/** What a registry and the way to it may do to an image. */

const image = smallImage({ filling: 1 });
const top = digestOf(image.layers[1]?.packed as Buffer);
const name = "small:schema-1";

async function scene(behaviour: Behaviour, form: TestForm = "schema 1") {
  const registry = await openRegistry(behaviour);
  registry.add("library/small:schema-1", image, form);
  return { registry, host: await openHost(registry.url) };
}

const layersOf = (folder: string) => readdirSync(join(folder, "blobs", "sha256"));
const partials = (folder: string) => readdirSync(join(folder, "partial"));

test("a token is asked for once, and goes to nobody but the registry", async () => {
  const { registry, host } = await scene({ auth: "bearer", redirect: true });
  await host.fetch(name);
  expect(registry.asked.filter(({ path }) => path === "token")).toHaveLength(1);
  const others = registry.asked.filter(({ at }) => at === "other");
  expect(others.length).toBe(2);
  for (const { authorization } of others) expect(authorization).toBeUndefined();
  // The first question is asked without one; every later one to the registry has it.
  const own = registry.asked.filter(({ at, path }) => at === "registry" && path !== "token");
  expect(own.slice(1).map(({ authorization }) => authorization)).toEqual(
    own.slice(1).map(() => "Bearer token-1"),
  );
});

test("a token that has expired is asked for anew, in the middle of an image", async () => {
  const { registry, host } = await scene({ auth: "bearer", tokenUses: 2 });
  expect((await host.fetch(name)).form).toBe("schema 1");
  expect(registry.asked.filter(({ path }) => path === "token").length).toBeGreaterThan(1);
});

test.each([
  ["basic", { auths: { HOST: { auth: Buffer.from("me:se:cret").toString("base64") } } }],
  ["bearer", { auths: { "http://HOST/v1/": { auth: Buffer.from("me:se:cret").toString("base64") } } }],
  ["bearer", { auths: { HOST: { identitytoken: "se:cret" } } }],
  ["bearer", { credHelpers: { HOST: "tests" } }],
  ["basic", { credsStore: "tests", auths: { HOST: {} } }],
] as const)("who has logged in with Docker is known to a registry with %s: %j", async (auth, settings) => {
  const { registry } = await scene({ auth, account: { user: "me", secret: "se:cret" } });
  const address = registry.url.replace("http://", "");
  const folder = emptyFolder();
  writeFileSync(join(folder, "config.json"), JSON.stringify(settings).replaceAll("HOST", address));
  const helper = join(folder, "docker-credential-tests");
  writeFileSync(
    helper,
    `#!/bin/sh\nread -r server\ntest "$1 $server" = "get ${address}" && echo '{"Username":"me","Secret":"se:cret"}'\n`,
  );
  chmodSync(helper, 0o755);
  const path = process.env.PATH;
  process.env.PATH = `${folder}:${path}`;
  try {
    const host = await openHost(registry.url, {
      credentials: (of) => dockerCredentials(of, new AbortController().signal, { DOCKER_CONFIG: folder }),
    });
    expect((await host.fetch(name)).config.size).toBeGreaterThan(0);
  } finally {
    process.env.PATH = path;
  }
});

test("who has not logged in is told how, and why a helper gave nothing", async () => {
  const { registry } = await scene({ auth: "bearer", account: { user: "me", secret: "se:cret" } });
  const folder = emptyFolder();
  writeFileSync(join(folder, "config.json"), JSON.stringify({ credsStore: "nowhere" }));
  const host = await openHost(registry.url, {
    credentials: (of) => dockerCredentials(of, new AbortController().signal, { DOCKER_CONFIG: folder }),
  });
  await expect(host.fetch(name)).rejects.toMatchObject({
    message: expect.stringMatching(/sends this host for a token to .*\/token, which answers 401$/),
    details: [
      "incorrect username or password",
      "docker-credential-nowhere is not installed or not on the PATH",
    ],
    remedy: [`docker login ${registry.url.replace("http://", "")}`],
  });
});

test("settings of Docker's that are no JSON are told with their path", async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, "config.json"), "{");
  await expect(
    dockerCredentials("x", new AbortController().signal, { DOCKER_CONFIG: folder }),
  ).rejects.toMatchObject({
    message: `${join(folder, "config.json")}, where Docker keeps credentials, cannot be read`,
  });
});

test("a connection that is cut again and again goes on where it ended", async () => {
  const { registry, host } = await scene({ cutAfter: 300_000 });
  await host.fetch(name);
  const asked = registry.blobs.filter(({ path }) => path === `blobs/${top}`);
  expect(asked.length).toBeGreaterThan(3);
  const starts = asked.map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? "bytes=0-")?.[1]));
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
  expect(new Set(starts).size).toBe(starts.length);
});

test("a registry that cannot begin in the middle is asked for all of it", async () => {
  const { registry, host } = await scene({ cutAfter: 300_000, noRanges: true });
  const fetching = host.fetch(name);
  // Its connections hold after a while.
  registry.behaviour.beforeAnswer = () => {
    if (registry.blobs.length > 3) registry.behaviour.cutAfter = undefined;
  };
  await fetching;
  expect(registry.blobs.filter(({ path }) => path === `blobs/${top}`).length).toBeGreaterThan(1);
});

test("one that always breaks off at the same byte is given up, and what is here stays", {}, async () => {
  const { registry, host } = await scene({});
  registry.behaviour.beforePiece = (sent) => {
    if (sent > 200_000) throw new Error("gone");
  };
  await expect(host.fetch(name)).rejects.toMatchObject({
    message: "a layer broke off 5 times at the same byte: connection cut",
    details: [expect.stringMatching(/^layer sha256:\w+: \d+ of \d+ bytes are here, and stay$/)],
    remedy: ["go on from there: run the same command again"],
  });
  expect(partials(host.job.store.folder)).toContain(top.replace("sha256:", ""));
});

test("a slow registry is waited for", async () => {
  const { host } = await scene({ slow: 20 });
  expect((await host.fetch(name)).layers).toHaveLength(2);
});

test.each(["schema 1", "schema 2"] as const)(
  "a layer of %s that is not what its digest says is refused, and nothing of it stays",
  async (form) => {
    const { registry, host } = await scene({ wrong: true }, form);
    await expect(host.fetch(name)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^a layer is not what its digest says: (?:it is sha256:|it cannot be unpacked: )/,
      ),
    });
    expect(partials(host.job.store.folder)).toEqual([]);
    registry.behaviour.wrong = false;
    expect((await host.fetch(name)).layers).toHaveLength(2);
  },
);

test("what an earlier run left damaged is fetched anew", async () => {
  const { registry, host } = await scene({}, "schema 2");
  const left = join(host.job.store.folder, "partial", top.replace("sha256:", ""));
  writeFileSync(left, Buffer.alloc(100_000, 7));
  await host.fetch(name);
  expect(registry.blobs.filter(({ path }) => path === `blobs/${top}`).map(({ range }) => range)).toEqual([
    "bytes=100000-",
    undefined,
  ]);
});

test("a blob that was damaged in the cache is found when it is packed, and fetched anew", async () => {
  const { host } = await scene({});
  const kept = await host.fetch(name);
  const file = blobFile(host.job.store, top);
  const content = readFileSync(file);
  content[1000] = (content[1000] ?? 0) ^ 1;
  writeFileSync(file, content);
  await expect(host.pack(kept)).rejects.toMatchObject({ message: `${file} was damaged, and is removed` });
  expect(existsSync(file)).toBe(false);
  await host.pack(await host.fetch(name));
});

describe("limits", () => {
  test("are read before anything is fetched", async () => {
    const { registry, host } = await scene({
      headers: { "ratelimit-limit": "100;w=21600", "ratelimit-remaining": "76;w=21600" },
    });
    const found = await findImage(parseReference(name), undefined, host.job);
    expect(found.limit).toEqual({ remaining: 76, limit: 100, window: 21_600 });
    expect(registry.asked.map(({ method }) => method)).toEqual(["HEAD"]);
  });

  test("a registry that asks to wait a moment is waited for, and that is told", async () => {
    const { host } = await scene({ busy: { times: 2, headers: { "retry-after": "1" } } });
    await host.fetch(name);
    expect(host.said).toEqual([
      expect.stringMatching(/ answers 429: asked again in 1 s$/),
      expect.stringMatching(/ answers 429: asked again in 2 s$/),
    ]);
  });

  test.each([
    [{ "retry-after": "3600" }, "try again in 60 min: what is here already is kept"],
    [
      { "ratelimit-limit": "100;w=21600", "ratelimit-remaining": "0;w=21600" },
      "try again in some hours: what is here already is kept",
    ],
  ])("one that wants more patience is told: %j", async (headers, remedy) => {
    const { host } = await scene({ noHead: true, busy: { times: 9, headers } });
    const failure = await host.fetch(name).catch((error) => error);
    expect(failure.message).toMatch(/ gives no more images to this address for now/);
    expect(failure.remedy[0]).toBe(remedy);
    expect(failure.details).toContain("slow down");
  });
});

describe("what cannot be had is told in words", () => {
  test("a registry that knows no HEAD", async () => {
    const { host } = await scene({ noHead: true });
    expect((await host.fetch(name)).fetched).toBe(image.manifests["schema 1"].digest);
  });

  test("an image that is not there", async () => {
    const { registry, host } = await scene({});
    await expect(host.fetch("nothing/like-it:2")).rejects.toMatchObject({
      message: `${registry.url.replace("http://", "")} has no nothing/like-it 2`,
      details: [expect.stringMatching(/manifests\/2: 404$/), "manifest unknown"],
    });
  });

  test("an image for other machines", async () => {
    const { registry } = await scene({}, "list");
    const host = await openHost(registry.url, { architecture: "arm64" });
    await expect(host.fetch(name)).rejects.toMatchObject({ message: expect.stringContaining(" has no ") });
    registry.add("library/small:schema-1", image, "schema 1");
    await expect(host.fetch(name)).rejects.toMatchObject({
      message: expect.stringContaining("it is for amd64, and the machines of this host are arm64"),
    });
  });

  test("a registry that does not answer", async () => {
    const host = await openHost(`http://127.0.0.1:${await closedPort()}`);
    await expect(host.fetch(name)).rejects.toMatchObject({
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ does not answer: connection refused$/),
    });
  });

  test("a server that is no registry", async () => {
    const { url } = await serveHttp((_, response) => response.end("<html>Welcome!</html>"));
    const host = await openHost(url);
    await expect(host.fetch(name)).rejects.toMatchObject({
      message: expect.stringMatching(/ cannot be used: its text is no JSON$/),
    });
  });

  test("a digest that the registry does not keep to", async () => {
    const { registry, host } = await scene({});
    registry.behaviour.headers = { "docker-content-digest": digestOf("another") };
    await expect(host.fetch(name)).rejects.toMatchObject({
      message: expect.stringMatching(/ has no library\/small sha256:/),
    });
  });
});

test("the digest of the lock is asked for, and not the tag", async () => {
  const { registry, host } = await scene({});
  const other = smallImage({ filling: 0.1, seed: 2 });
  const locked = await host.fetch(name);
  registry.add("library/small:schema-1", other, "schema 2");
  registry.add("library/small:locked", image, "schema 1");
  registry.asked.length = 0;
  expect((await host.fetch(name, locked.fetched)).config.digest).toBe(locked.config.digest);
  expect(registry.asked).toEqual([]);
  expect((await host.fetch(name)).config.digest).toBe(digestOf(other.config));
  expect((await host.fetch(name, locked.fetched)).config.digest).toBe(locked.config.digest);
  expect(registry.asked.filter(({ path }) => path.includes("schema-1"))).toHaveLength(1);
});

test("a repository below a path of the mirror", async () => {
  const { registry } = await scene({});
  registry.add("hub/library/small:1", image, "OCI");
  const host = await openHost(`${registry.url}/hub/`);
  expect((await host.fetch("small:1")).form).toBe("OCI");
});

test("the same images give the same bytes, whatever way they came", async () => {
  const first = await scene({ cutAfter: 400_000 });
  const second = await scene({ auth: "bearer", redirect: true });
  const files = [];
  for (const { host } of [first, second]) files.push(readFileSync(await host.pack(await host.fetch(name))));
  expect(files[0]?.equals(files[1] as Buffer)).toBe(true);
  expect(layersOf(first.host.job.store.folder)).toEqual(layersOf(second.host.job.store.folder));
});
