import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyBundle, knownByDigest } from "../../../src/bundle/apply.ts";
import { packParts } from "../../../src/bundle/collect.ts";
import { type OwnEngine, startEngine } from "../../../src/foundry/box/engine.ts";
import type { Lab } from "../../../src/lab/model.ts";
import type { RunOn } from "../../../src/machines/docker-ssh/fleet.ts";
import { imagesOnMachines } from "../../../src/machines/docker-ssh/images.ts";
import { partsOfMachines } from "../../../src/machines/docker-ssh/parts.ts";
import { groupVariables, hostVariables } from "../../../src/render/inventory.ts";
import { run } from "../../../src/tools/exec.ts";
import { isInstalled } from "../../../src/tools/host.ts";
import { machine, tutorialLab } from "../../helpers/labs.ts";
import { smallManifest } from "../../helpers/small-bundle.ts";

/** A real engine of this test's own, without a network: nothing could be pulled. */

const names = ["zookeeper", "mesos-slave", "tomcat"] as const;
const images = Object.fromEntries(names.map((name) => [name, `acme/${name}:1`]));
const digest = (index: number) => `sha256:${String(index).repeat(64)}`;
/** As the lock has them, all pulled by a digest once. */
const digests = Object.fromEntries(names.map((name, index) => [`acme/${name}:1`, digest(index)]));
const lab: Lab = {
  ...tutorialLab,
  images: { ...tutorialLab.images, ...images },
  digests,
  machines: [
    machine("master", "192.168.33.18", ["zookeeper"]),
    machine("slave", "192.168.33.19", ["mesos-slave"]),
  ],
};

const programs = ["dockerd", "docker", "ansible-playbook", "setpriv", "unshare"];
const missing = programs.filter((name) => !isInstalled(name));
const unable =
  process.getuid?.() !== 0 ? "not root" : missing.length > 0 ? `without ${missing.join(", ")}` : "";

let folder: string;
let engine: OwnEngine;
let env: Record<string, string>;

/** Each machine is this host, where nobody needs sudo. */
const runOn: RunOn = (_machine, [, file = "", ...args], options) => run({ file, args, env }, options);
const docker = (...args: string[]) => run({ file: "docker", args, env });

beforeAll(async () => {
  if (unable) return;
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-engine-"));
  engine = await startEngine({ cacheDir: folder }, join(folder, "store"), folder);
  env = { DOCKER_HOST: engine.socket, HOME: folder, ANSIBLE_NOCOLOR: "1", LC_ALL: "C.UTF-8" };
});

afterAll(async () => {
  if (unable) return;
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(unable)(
  `a bundle's images are what the lock says, and are loaded once${unable && ` (${unable})`}`,
  async () => {
    for (const [index, image] of Object.values(images).entries()) {
      writeFileSync(join(folder, "content"), `image ${index}`);
      await run({ file: "tar", args: ["-cf", join(folder, "image.tar"), "-C", folder, "content"] });
      await docker("import", join(folder, "image.tar"), image);
    }
    const into = join(folder, "parts");
    mkdirSync(into);
    const wanted = { images: true, client: false, packages: [], signal: new AbortController().signal };
    const parts = await packParts(await partsOfMachines(lab, runOn, wanted, into), into);
    expect(parts.sources.map(({ path }) => path)).toEqual(["images/master.tar.gz", "images/slave.tar.gz"]);
    await docker("image", "rm", "--force", ...Object.values(images));

    const bundled = applyBundle(lab, { ...smallManifest, images: parts.images, files: [] });
    for (const { path, from } of parts.sources) {
      mkdirSync(dirname(join(folder, "bundle", path)), { recursive: true });
      await run({ file: "cp", args: [from, join(folder, "bundle", path)] });
    }
    const local = {
      ansible_connection: "local",
      ansible_become: false,
      machine_images: bundled.machines.flatMap(
        (machine) => (hostVariables(bundled, machine) as { machine_images: object[] }).machine_images,
      ),
    };
    writeFileSync(
      join(folder, "inventory.yml"),
      JSON.stringify({ all: { hosts: { localhost: {} }, vars: { ...groupVariables(bundled), ...local } } }),
    );
    const templates = fileURLToPath(new URL("../../../templates/", import.meta.url));
    const args = ["-i", "inventory.yml", join(templates, "playbooks/pull.yml")];
    const roles = { ANSIBLE_ROLES_PATH: join(templates, "roles") };
    const play = () => run({ file: "ansible-playbook", args, cwd: folder, env: { ...env, ...roles } });
    expect((await play()).stdout).toMatch(/changed=[1-9]\d* .*failed=0/);
    expect((await play()).stdout).toMatch(/changed=0 .*failed=0/);

    const now = await imagesOnMachines(lab, runOn, wanted.signal);
    expect(Object.values(now)).toEqual(names.map(() => expect.stringMatching(/^id sha256:/)));
    expect(knownByDigest(now, bundled)).toEqual(digests);
  },
);
