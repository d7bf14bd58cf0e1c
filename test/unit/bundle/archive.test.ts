import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Manifest, manifestName, manifestSumName } from "../../../src/bundle/manifest.ts";
import { readManifest, unpackBundle } from "../../../src/bundle/read.ts";
import { manifestSum, writeBundle } from "../../../src/bundle/write.ts";
import { exitCodes, LabError } from "../../../src/errors.ts";
import { filesBelow } from "../../../src/tools/files.ts";
import { paddingAfter, tarHeader } from "../../../src/tools/tar.ts";
import { smallBundle, smallFiles, smallManifest } from "../../helpers/small-bundle.ts";

const watch = { signal: new AbortController().signal };
let folder: string;
let bundle: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-bundle-"));
  bundle = await smallBundle(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Unpacks what the bytes are; returns the sentence of the refusal. */
async function refusal(bytes: Buffer): Promise<string> {
  const path = join(folder, "tampered");
  const into = join(folder, "into");
  writeFileSync(path, bytes);
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into);
  const error = await unpackBundle(path, into, watch).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return "accepted";
  if (!(error instanceof LabError)) throw error;
  expect(error.exitCode).toBe(exitCodes.usage);
  return error.message.replace(path, "FILE");
}

const piece = (path: string, content: string, header = tarHeader(path, Buffer.byteLength(content))) =>
  Buffer.concat([header, Buffer.from(content), Buffer.alloc(paddingAfter(Buffer.byteLength(content)))]);

/** An archive of any pieces, under a manifest that may say anything. */
function archive(manifest: string, pieces: readonly Buffer[], end = Buffer.alloc(1024)): Buffer {
  const head = [piece(manifestName, manifest), piece(manifestSumName, manifestSum(manifest))];
  return Buffer.concat([...head, ...pieces, end]);
}

async function manifest(): Promise<Manifest> {
  return readManifest(bundle);
}

const pieces = () => Object.entries(smallFiles).map(([path, content]) => piece(path, content));

/** Where each entry of the archive begins and where its content ends, by the tar program's own reckoning. */
function places(bytes: Buffer): { path: string; header: number; content: number; end: number }[] {
  const found = [];
  for (let at = 0; bytes[at] !== 0; ) {
    const path = bytes.toString("latin1", at, at + 100).replace(/\0.*/s, "");
    const size = Number.parseInt(bytes.toString("latin1", at + 124, at + 135), 8);
    found.push({ path, header: at, content: at + 512, end: at + 512 + size });
    at += 512 + size + paddingAfter(size);
  }
  return found;
}

describe("a bundle", () => {
  it("comes out as it went in", async () => {
    const into = join(folder, "into");
    mkdirSync(into);
    const read = await unpackBundle(bundle, into, watch);
    expect(read).toMatchObject(smallManifest);
    expect(
      Object.fromEntries(filesBelow(into).map((path) => [path, readFileSync(join(into, path), "utf8")])),
    ).toEqual(smallFiles);
    expect(existsSync(`${bundle}.part`)).toBe(false);
  });

  it("is a tar as others read it, and its manifest's checksum as others check it", () => {
    const out = join(folder, "by-tar");
    mkdirSync(out);
    execFileSync("tar", ["-xf", bundle, "-C", out]);
    expect(filesBelow(out)).toEqual([...Object.keys(smallFiles), manifestName, manifestSumName].sort());
    expect(execFileSync("sha256sum", ["--check", manifestSumName], { cwd: out, encoding: "utf8" })).toBe(
      "manifest.json: OK\n",
    );
  });

  it("is the same bytes when it is made again", async () => {
    const first = readFileSync(bundle);
    expect(readFileSync(await smallBundle(folder))).toEqual(first);
  });

  it("leaves neither itself nor a half where a file changes or the user interrupts", async () => {
    const to = join(folder, "new.bundle");
    const source = { path: "box.tar.gz", from: join(folder, "sources", "box.tar.gz") };
    const interrupted = writeBundle(to, smallManifest, [source], { signal: AbortSignal.abort() });
    await expect(interrupted).rejects.toMatchObject({ exitCode: exitCodes.interrupted });
    const gone = writeBundle(to, smallManifest, [{ ...source, from: join(folder, "none") }], watch);
    await expect(gone).rejects.toThrow("ENOENT");
    expect(readdirSync(folder).sort()).toEqual(["small.bundle", "sources"]);
  });

  it("stops unpacking at an interrupt", async () => {
    const into = join(folder, "into");
    mkdirSync(into);
    const unpacking = unpackBundle(bundle, into, { signal: AbortSignal.abort() });
    await expect(unpacking).rejects.toMatchObject({ exitCode: exitCodes.interrupted });
  });
});

describe("a damaged bundle is refused, and the sentence names the file", () => {
  it("with one byte changed, wherever it is", async () => {
    const whole = readFileSync(bundle);
    expect(await refusal(whole)).toBe("accepted");
    for (const { path, header, content, end } of places(whole)) {
      const inHeader = [0, 108, 130, 140, 150, 156, 160, 300, 511].map((offset) => header + offset);
      const inContent = end > content ? [content, Math.floor((content + end) / 2), end - 1] : [];
      const inPadding = paddingAfter(end) > 0 ? [end, end + paddingAfter(end) - 1] : [];
      for (const offset of [...inHeader, ...inContent, ...inPadding]) {
        const bytes = Buffer.from(whole);
        bytes[offset] = (bytes[offset] ?? 0) ^ 1;
        const first = path === manifestName && offset < content;
        // The checksum of the manifest stands for the manifest.
        const named = path === manifestSumName && offset >= content && offset < end ? manifestName : path;
        expect(await refusal(bytes), `byte ${offset}, in ${path}`).toContain(
          first ? `does not begin with ${manifestName}` : named,
        );
      }
    }
  });

  it("cut off anywhere: within a header, within a file, between two, before its end", async () => {
    const whole = readFileSync(bundle);
    const all = places(whole);
    for (const { path, header, content, end } of all) {
      const first = path === manifestName;
      const said = first ? `does not begin with ${manifestName}` : path;
      expect(await refusal(whole.subarray(0, header))).toContain(said);
      expect(await refusal(whole.subarray(0, header + 100))).toContain(said);
      if (end > content) expect(await refusal(whole.subarray(0, end - 1))).toContain(path);
      if (paddingAfter(end) > 0) expect(await refusal(whole.subarray(0, end))).toContain(path);
    }
    const last = all.at(-1)?.path;
    expect(await refusal(whole.subarray(0, all.at(-1)?.header))).toBe(
      `FILE cannot be used: ${last} is missing: the bundle ends before it`,
    );
    expect(await refusal(whole.subarray(0, -1))).toBe("FILE cannot be used: its end is missing");
    expect(await refusal(whole.subarray(0, -1024))).toBe("FILE cannot be used: its end is missing");
  });

  it("with something after its end", async () => {
    const whole = readFileSync(bundle);
    const said = "FILE cannot be used: its end is followed by something else";
    expect(await refusal(Buffer.concat([whole, Buffer.from("x")]))).toBe(said);
    expect(await refusal(Buffer.concat([whole, Buffer.alloc(512)]))).toBe(said);
  });

  it("that is none: another tar, a text, an empty file", async () => {
    const other = Buffer.concat([piece("readme.txt", "hello"), Buffer.alloc(1024)]);
    for (const bytes of [other, Buffer.from("hello"), Buffer.alloc(0), Buffer.alloc(4096, "x")])
      expect(await refusal(bytes)).toBe(
        "FILE is no bundle of mesos-lab: it does not begin with manifest.json",
      );
  });

  it("with a manifest of more than any manifest needs", async () => {
    const bytes = Buffer.concat([tarHeader(manifestName, 5 * 1024 * 1024), Buffer.alloc(1024)]);
    expect(await refusal(bytes)).toContain("does not begin with manifest.json");
  });
});

describe("a bundle that was put together by hand is refused", () => {
  it("with a file that the manifest does not name, in the middle and at the end", async () => {
    const text = JSON.stringify(await manifest());
    const more = piece("more.txt", "more");
    const [first = more, ...others] = pieces();
    expect(await refusal(archive(text, pieces()))).toBe("accepted");
    expect(await refusal(archive(text, [first, more, ...others]))).toBe(
      'FILE cannot be used: "more.txt" stands where mesos-lab.lock should be',
    );
    expect(await refusal(archive(text, [...pieces(), more]))).toBe(
      'FILE cannot be used: "more.txt" is in it, and the manifest does not name it',
    );
  });

  it("with a file twice, or one less, or two in another order", async () => {
    const text = JSON.stringify(await manifest());
    const [first, second, ...others] = pieces() as [Buffer, Buffer, ...Buffer[]];
    expect(await refusal(archive(text, [first, first, second, ...others]))).toContain(
      '"mesos-lab.yaml" stands where',
    );
    expect(await refusal(archive(text, [second, ...others]))).toBe(
      'FILE cannot be used: "mesos-lab.lock" stands where mesos-lab.yaml should be',
    );
    expect(await refusal(archive(text, [second, first, ...others]))).toContain("should be");
  });

  it("with a link, a folder or a device of a file's name", async () => {
    const text = JSON.stringify(await manifest());
    const [, ...others] = pieces();
    for (const kind of ["1", "2", "3", "5", "x", "g"]) {
      const size = Buffer.byteLength(smallFiles["mesos-lab.yaml"] ?? "");
      const header = tarHeader("mesos-lab.yaml", size);
      header.write(kind, 156);
      // With a checksum that fits.
      header.fill(" ", 148, 156);
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
      const wrong = piece("mesos-lab.yaml", smallFiles["mesos-lab.yaml"] ?? "", header);
      expect(await refusal(archive(text, [wrong, ...others])), kind).toContain(
        `mesos-lab.yaml is no plain file of ${size} bytes`,
      );
    }
  });

  it.each([
    "../mesos-lab.yaml",
    "/etc/passwd",
    "images/../../x.tar.gz",
    "packages/a/b.deb",
    "C:\\x",
    "generated/x",
  ])("with a manifest that names %s", async (path) => {
    const before = await manifest();
    const text = JSON.stringify({ ...before, files: [...before.files, { ...before.files[0], path }] });
    expect(await refusal(archive(text, [...pieces(), piece(path, "evil")]))).toBe(
      "FILE cannot be used: manifest.json is no manifest: files.7.path is no place in a bundle",
    );
    expect(filesBelow(join(folder, "into"))).toEqual([]);
  });

  it("with a manifest that names a file twice, or not at all", async () => {
    const before = await manifest();
    const twice = { ...before, files: [...before.files, before.files[0]] };
    expect(await refusal(archive(JSON.stringify(twice), pieces()))).toContain("names mesos-lab.yaml twice");
    for (const gone of ["mesos-lab.yaml", "box.tar.gz"]) {
      const less = { ...before, files: before.files.filter(({ path }) => path !== gone) };
      expect(await refusal(archive(JSON.stringify(less), pieces()))).toContain(`does not name ${gone}`);
    }
    const images = { "tomcat:8.0": { id: "sha256:1", archive: "images/slave.tar.gz" } };
    expect(await refusal(archive(JSON.stringify({ ...before, images }), pieces()))).toContain(
      "manifest.json does not name images/slave.tar.gz",
    );
  });

  it("of another format, or of none", async () => {
    const text = JSON.stringify({ ...(await manifest()), bundle: 2 });
    expect(await refusal(archive(text, pieces()))).toBe(
      "FILE cannot be used: manifest.json is of format 2, and this mesos-lab reads 1",
    );
    expect(await refusal(archive("{}", []))).toContain("manifest.json is no manifest: bundle");
    expect(await refusal(archive("[", []))).toContain("manifest.json is no manifest");
  });
});
