import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGunzip, gzipSync } from "node:zlib";
import { openWorkshop } from "../helpers/workshop/workshop.ts";
import { median } from "./measures.ts";

/**
 * What fetching costs: 2 GB of packed layers by `images fetch`, side by side in the same run with curl, sha256sum and
 * `gzip -d` of the same bytes from the same server, one after another and as one pipe.
 * `npm run bench:registry [-- rounds]`
 */

const layerCount = 8;
/** Bytes of each layer, packed. */
const layerSize = 250_000_000;
const rounds = Number(process.argv[2] ?? 3);

async function bench(): Promise<void> {
  const workshop = openWorkshop();
  const folder = workshop.folder();
  const served = join(folder, "served");
  mkdirSync(served);
  await makeImage(served);
  const server = spawn(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), fileURLToPath(import.meta.url), "serve", served],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const url = String(((await once(server.stdout, "data")) as [Buffer])[0]).trim();
    const ratios: { ofSteps: number; ofPipe: number }[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const own = await fetchOnce(workshop.cli, folder, url);
      const steps = await curlOnce(folder, url, oneByOne);
      const pipe = await curlOnce(folder, url, asOnePipe);
      ratios.push({ ofSteps: steps / own.seconds, ofPipe: pipe / own.seconds });
      const gigabytes = (layerCount * layerSize) / 1e9;
      console.log(
        `round ${round}: images fetch ${own.seconds.toFixed(1)} s (${((gigabytes * 1000) / own.seconds).toFixed(0)} MB/s), peak memory ${own.peak} MiB; ` +
          `curl, sha256sum, gzip -d ${steps.toFixed(1)} s; as one pipe ${pipe.toFixed(1)} s; load ${loadavg()[0]?.toFixed(1)}`,
      );
    }
    console.log(
      `speed in times of theirs: ${median(ratios.map(({ ofSteps }) => ofSteps)).toFixed(2)} one after another`,
    );
    console.log(
      `                          ${median(ratios.map(({ ofPipe }) => ofPipe)).toFixed(2)} as one pipe`,
    );
  } finally {
    server.kill();
    await workshop.close();
  }
}

const oneByOne =
  'for each; do curl -sS -o layer "$each"; sha256sum layer >/dev/null; gzip -dc layer >/dev/null; done';
const asOnePipe =
  'for each; do curl -sS "$each" | tee layer >(sha256sum >/dev/null) | gzip -dc >/dev/null; done';

async function curlOnce(folder: string, url: string, script: string): Promise<number> {
  const urls = Array.from({ length: layerCount }, (_, index) => `${url}/layer-${index}`);
  const begin = performance.now();
  const child = spawn("bash", ["-euc", script, "bash", ...urls], { cwd: folder, stdio: "inherit" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`curl failed: ${code}`);
  return (performance.now() - begin) / 1000;
}

async function fetchOnce(
  cli: string,
  folder: string,
  url: string,
): Promise<{ seconds: number; peak: number }> {
  const home = join(folder, "home");
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
  writeFileSync(
    join(home, "mesos-lab.yaml"),
    "images: { zookeeper: big, mesos-master: big, mesos-slave: big, marathon: big, bamboo: big, tomcat: big }\n",
  );
  const begin = performance.now();
  const child = spawn(process.execPath, [cli, "images", "fetch", "--registry", url], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  let peak = 0;
  const watch = setInterval(async () => {
    const file = await open(`/proc/${child.pid}/status`).catch(() => undefined);
    const status = (await file?.readFile("utf8").catch(() => "")) ?? "";
    await file?.close();
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  }, 200);
  const [code] = await once(child, "exit");
  clearInterval(watch);
  if (code !== 0) throw new Error(`images fetch failed: ${said}`);
  return { seconds: (performance.now() - begin) / 1000, peak: Math.round(peak) };
}

/** Half noise and half text, as programs and their data are packed. */
async function makeImage(folder: string): Promise<void> {
  const words = Buffer.from(
    Array.from({ length: 4096 }, (_, n) => `line ${n} of a file in a layer\n`).join(""),
  );
  const piece = Buffer.concat(
    Array.from({ length: 64 }, () => [randomBytes(words.length / 4), words]).flat(),
  );
  const member = gzipSync(piece, { level: 6 });
  const layers = [];
  for (let index = 0; index < layerCount; index += 1) {
    const path = join(folder, `layer-${index}`);
    const file = await open(path, "w");
    // A file of gzip may have several members; the first makes each layer another one.
    await file.write(gzipSync(`layer ${index}\n`));
    for (let size = 0; size < layerSize; size += member.length) await file.write(member);
    await file.close();
    const digest = createHash("sha256");
    for await (const part of createReadStream(path)) digest.update(part as Buffer);
    const diffId = createHash("sha256");
    for await (const part of createReadStream(path).pipe(createGunzip())) diffId.update(part as Buffer);
    layers.push({ path, digest: `sha256:${digest.digest("hex")}`, diffId: `sha256:${diffId.digest("hex")}` });
  }
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
  });
  const digestOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
  writeFileSync(join(folder, digestOf(config)), config);
  writeFileSync(
    join(folder, "latest"),
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: {
        mediaType: "application/vnd.oci.image.config.v1+json",
        digest: digestOf(config),
        size: config.length,
      },
      layers: layers.map(({ path, digest }) => ({
        mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
        digest,
        size: statSync(path).size,
      })),
    }),
  );
  writeFileSync(
    join(folder, "names.json"),
    JSON.stringify(Object.fromEntries(layers.map(({ digest }, index) => [digest, `layer-${index}`]))),
  );
}

/** Files by their names, and layers by their digests. */
function serve(folder: string): void {
  const names = JSON.parse(readFileSync(join(folder, "names.json"), "utf8"));
  const server = createServer((request, response) => {
    const last = (request.url ?? "").split("/").at(-1) ?? "";
    const path = join(folder, names[last] ?? last);
    if (!existsSync(path)) return response.writeHead(404).end();
    response.writeHead(200, {
      "content-length": statSync(path).size,
      "content-type":
        last === "latest" ? "application/vnd.oci.image.manifest.v1+json" : "application/octet-stream",
    });
    if (request.method === "HEAD") return response.end();
    return createReadStream(path, { highWaterMark: 1024 * 1024 }).pipe(response);
  });
  server.listen(0, "127.0.0.1", () =>
    process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
  );
}

if (process.argv[2] === "serve") serve(process.argv[3] as string);
else await bench();
