import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Fetcher } from "../../../src/rehearsal/mesos-agent/fetcher.ts";
import { tarOf, zipOf } from "../../helpers/archives.ts";

let folder = "";
let sandbox = "";
let server: Server;
let url = "";
let asked: string[] = [];
const served: Record<string, Buffer | { readonly location: string }> = {};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fetch-"));
  sandbox = join(folder, "sandbox");
  await mkdir(sandbox);
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const found = served[request.url ?? ""];
    if (found === undefined) response.writeHead(404).end();
    else if (Buffer.isBuffer(found)) response.end(found);
    else response.writeHead(302, { location: found.location }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const name of Object.keys(served)) delete served[name];
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;
const fetcher = () => new Fetcher(join(folder, "cache"));
const fetchAll = (...uris: Parameters<Fetcher["fetch"]>[0]) => fetcher().fetch(uris, sandbox, never);
const text = (name: string) => readFile(join(sandbox, name), "utf8");
const mode = async (name: string) => (await stat(join(sandbox, name))).mode & 0o777;

describe("a URI", () => {
  test("of http, after a redirect too, and of file are there under their last name", async () => {
    served["/a/run.sh"] = Buffer.from("#!/bin/sh\n");
    served["/old"] = { location: "/a/run.sh?v=1" };
    served["/a/run.sh?v=1"] = Buffer.from("newer");
    await writeFile(join(folder, "local.txt"), "local");
    const own = join(folder, "local.txt");
    await fetchAll({ value: `${url}/a/run.sh`, executable: true }, { value: `${url}/old` });
    await fetchAll({ value: `file://${own}` });
    expect(await text("run.sh")).toBe("#!/bin/sh\n");
    expect([await text("old"), await text("local.txt")]).toEqual(["newer", "local"]);
    expect([await mode("run.sh"), await mode("old")]).toEqual([0o755, 0o644]);
    await rm(join(sandbox, "local.txt"));
    await fetchAll({ value: own });
    expect(await text("local.txt")).toBe("local");
  });

  test.each([
    ["/none", "Error downloading resource, received HTTP return code 404"],
    ["", "Malformed URI (missing path)"],
    ["/", "Malformed URI (missing path)"],
    ["/..", "Malformed URI (missing path)"],
    ["/a'b", "Illegal characters in URI"],
  ])("that cannot be had is told in the sandbox: %s", async (path, why) => {
    await expect(fetchAll({ value: url + path })).rejects.toThrow(why);
    expect(await text("stderr")).toContain(`Failed to fetch '${url}${path}': ${why}`);
    expect(await readdir(folder)).toEqual(["sandbox"]);
  });

  test.each([
    ["hdfs://host/file", "Skipping fetch with Hadoop client"],
    ["file://relative/file", "File URI only supports absolute paths"],
    ["relative/file", "A relative path was passed"],
    ["file:///nowhere/at/all", "ENOENT"],
  ])("of a kind that is not fetched: %s", async (value, why) => {
    await expect(fetchAll({ value })).rejects.toThrow(why);
  });

  test("that leads from place to place without end is given up", async () => {
    served["/round"] = { location: "/round" };
    await expect(fetchAll({ value: `${url}/round` })).rejects.toThrow("leads to more than 20 other places");
    served["/inside"] = { location: "file:///etc/hostname" };
    await expect(fetchAll({ value: `${url}/inside` })).rejects.toThrow("leads to file:");
  });

  test("is not written through a link", async () => {
    served["/x"] = Buffer.from("new");
    await writeFile(join(folder, "outside"), "old");
    await symlink(join(folder, "outside"), join(sandbox, "x"));
    await fetchAll({ value: `${url}/x` });
    expect([await text("x"), await readFile(join(folder, "outside"), "utf8")]).toEqual(["new", "old"]);
  });

  test("that is cached is fetched once, and its archive unpacked without being copied", async () => {
    served["/c.tgz"] = gzipSync(tarOf([{ name: "in/it", content: "x" }]));
    served["/plain"] = Buffer.from("p");
    const one = fetcher();
    const uris = ["/c.tgz", "/plain"].map((path) => ({ value: url + path, cache: true }));
    await Promise.all([one.fetch(uris, sandbox, never), one.fetch(uris, sandbox, never)]);
    expect([await text("in/it"), await text("plain")]).toEqual(["x", "p"]);
    expect(asked.sort()).toEqual(["/c.tgz", "/plain"]);
    expect(existsSync(join(sandbox, "c.tgz"))).toBe(false);
    served["/later"] = Buffer.from("l");
    const later = [{ value: `${url}/late`, cache: true }];
    await expect(one.fetch(later, sandbox, never)).rejects.toThrow("404");
    served["/late"] = Buffer.from("l");
    await one.fetch(later, sandbox, never);
  });
});

const files = [
  { name: "bin/run", content: "#!/bin/sh\n", mode: 0o100755 },
  { name: "deep/er/data", content: "data" },
];

describe("an archive", () => {
  test.each([
    ["a.tar", tarOf(files)],
    ["a.tgz", gzipSync(tarOf(files))],
    ["a.tar.gz", gzipSync(tarOf(files))],
    ["a.zip", zipOf(files)],
  ])("%s is unpacked beside itself", async (name, bytes) => {
    served[`/${name}`] = bytes;
    await fetchAll({ value: `${url}/${name}` });
    expect([await text("bin/run"), await text("deep/er/data")]).toEqual(["#!/bin/sh\n", "data"]);
    expect((await mode("bin/run")) & 0o100).toBe(0o100);
    expect(existsSync(join(sandbox, name))).toBe(true);
    await rm(sandbox, { recursive: true });
    await mkdir(sandbox);
    await fetchAll({ value: `${url}/${name}`, extract: false });
    expect((await readdir(sandbox)).sort()).toEqual([name, "stderr"]);
  });

  test.each([
    ["up.tar", tarOf([{ name: "../escaped", content: "x" }])],
    ["up.zip", zipOf([{ name: "../escaped", content: "x" }])],
    ["link.zip", zipOf([{ name: "l", content: "..", mode: 0o120777 }])],
    [
      "link.tar",
      tarOf([
        { name: "l", content: "", link: ".." },
        { name: "l/escaped", content: "x" },
      ]),
    ],
    ["broken.zip", Buffer.from("no zip")],
    ["broken.tgz", Buffer.from("no gzip")],
  ])("%s fails, and puts nothing outside", async (name, bytes) => {
    served[`/${name}`] = bytes;
    await expect(fetchAll({ value: `${url}/${name}` })).rejects.toThrow();
    expect(await readdir(folder)).toEqual(["sandbox"]);
  });

  test("does not go through a link that is there already", async () => {
    await symlink(folder, join(sandbox, "l"));
    served["/z.zip"] = zipOf([{ name: "l/escaped", content: "x" }]);
    await expect(fetchAll({ value: `${url}/z.zip` })).rejects.toThrow("leads through a link");
    served["/t.tar"] = tarOf([{ name: "l/escaped", content: "x" }]);
    await fetchAll({ value: `${url}/t.tar` }).catch(() => {});
    expect(await readdir(folder)).toEqual(["sandbox"]);
  });
});
