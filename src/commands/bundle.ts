import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { knownByDigest } from "../bundle/apply.ts";
import { collect } from "../bundle/collect.ts";
import { labDifferences, labFileFor } from "../bundle/lab-file.ts";
import { type Manifest, parts } from "../bundle/manifest.ts";
import { writeBundle } from "../bundle/write.ts";
import { LabError } from "../errors.ts";
import type { VagrantLab } from "../lab/model.ts";
import { onVagrant } from "../lab/runs.ts";
import { applyLock } from "../lock/apply.ts";
import { compareLock, differenceText } from "../lock/compare.ts";
import { emptyLock, formatLock, type Lock, lockFileName } from "../lock/lock.ts";
import { machinesOf } from "../machines/index.ts";
import { defaultCacheDir, withCacheLock, withStaging } from "../tools/cache.ts";
import { megabytes, type Watch } from "../tools/copy.ts";
import { packageVersion, writeFiles } from "../tools/files.ts";
import { LabFolder } from "../tools/lab-folder.ts";
import { ask } from "../ui/ask.ts";
import { line, runTasks } from "../ui/tasks.ts";
import { labAsMade } from "./chosen-lab.ts";
import { type Context, type LabOptions, sourceOf, usualFile } from "./context.ts";
import { withOwnBundle } from "./create/bundle.ts";
import { lockPath, readLock } from "./create/lock.ts";
import { report } from "./images.ts";

export interface BundleOptions extends LabOptions {
  /** Write over a file that is there. */
  readonly yes?: boolean;
}

/** `bundle save FILE`: everything that a lab is made of, for hosts without a network. */
export async function bundleCommand(file: string, options: BundleOptions, context: Context): Promise<void> {
  const { yes = false, ...which } = options;
  const { lab: asMade, flags } = labAsMade(which);
  const described = onVagrant(asMade);
  if (described === undefined)
    throw new LabError("bundle-not-needed", `lab "${asMade.name}" is embedded, and needs no bundle`, {
      details: ["it is made of mesos-lab itself, which needs no network for it"],
      remedy: [
        "for a lab in virtual machines: npx mesos-lab bundle save FILE --runs-on vagrant --name <another>",
      ],
    });
  if (existsSync(file)) await askToOverwrite(file, yes, context);
  const lock = readLock(lockPath(flags.file ?? usualFile));
  const lab = lock === undefined ? described : (onVagrant(applyLock(described, lock)) ?? described);
  const text = labFileFor(described, sourceOf(flags));

  let manifest: Manifest | undefined;
  const { emit, display, signal } = context;
  const pack = line(
    { step: "bundle", title: `Pack lab "${lab.name}" into ${file}`, emit, display },
    async (say) => {
      manifest = await save(lab, { file, text, lock }, { signal, onProgress: say });
      return undefined;
    },
  );
  await runTasks([pack], context.display);
  await tell(file, manifest as Manifest, context);
}

async function askToOverwrite(file: string, yes: boolean, { json, signal }: Context): Promise<void> {
  if ((await ask(`Write over ${file}?`, { yes, json, signal })) === "yes") return;
  throw new LabError("file-exists", `there is a file ${file} already`, {
    remedy: ["give the bundle another name", "write over it: --yes"],
  });
}

interface Wanted {
  readonly file: string;
  /** Of the lab file. */
  readonly text: string;
  readonly lock: Lock | undefined;
}

async function save(lab: VagrantLab, { file, text, lock }: Wanted, watch: Watch): Promise<Manifest> {
  const cacheDir = defaultCacheDir();
  const machines = (what: string) => runningMachines(lab, what, lock, watch.signal);
  // Nobody else may build meanwhile: a build clears away what it does not know, and what it replaces.
  return withCacheLock(cacheDir, () =>
    withStaging(cacheDir, async (staging) => {
      const { box, images, sources } = await collect(lab, { cacheDir, staging, machines }, watch);
      const small = [
        { path: parts.labFile, contents: text },
        ...(lock === undefined ? [] : [{ path: parts.lock, contents: formatLock(lock) }]),
      ];
      writeFiles(staging, small);
      const about = {
        bundle: 1,
        madeWith: packageVersion(),
        lab: lab.name,
        stack: lab.stack,
        provider: lab.runs.provider,
        architecture: process.arch,
        box,
        images,
      } as const;
      const all = [...small.map(({ path }) => ({ path, from: join(staging, path) })), ...sources];
      return writeBundle(file, about, all, watch);
    }),
  );
}

async function runningMachines(lab: VagrantLab, what: string, lock: Lock | undefined, signal: AbortSignal) {
  const folder = new LabFolder(lab.name);
  const recorded = folder.recordedIfWhole();
  const other =
    recorded === undefined ? [] : labDifferences(recorded, lab, { here: "made with", there: "now" });
  const { parts: made, running } = machinesOf(lab, folder);
  if (other.length === 0 && made !== undefined && (await running())) {
    // Under the lock's digests nothing else may travel.
    const fetched = recorded?.fetched;
    const asMade = withOwnBundle(fetched === undefined ? lab : { ...lab, fetched }, folder);
    const images = knownByDigest(await made.images(signal), asMade);
    const { parts: differences } = compareLock(lock ?? emptyLock, { ...emptyLock, images });
    if (differences.length === 0) return made;
    throw new LabError(
      "lock-differs-from-machines",
      `the machines of lab "${lab.name}" differ from ${lockFileName}`,
      {
        details: differences.map(differenceText),
        remedy: ["npx mesos-lab create", "to keep these: npx mesos-lab create --update-lock"],
      },
    );
  }
  const why = other.length > 0 ? "was made from another description" : "is not running";
  throw new LabError(
    "bundle-needs-machines",
    `lab "${lab.name}" ${why}, and this can be had from its machines only: ${what}`,
    {
      details: other,
      remedy: [
        "npx mesos-lab create",
        ...(recorded === undefined ? [] : ["npx mesos-lab up (if it is only halted)"]),
      ],
    },
  );
}

async function tell(file: string, { files, box, images }: Manifest, context: Context): Promise<void> {
  const { size } = await stat(file);
  const packages = files.filter(({ path }) => path.endsWith(".deb")).length;
  const archives = files.filter(({ path }) => path.startsWith("images/")).length;
  const sizes = files.map((each) => ({ path: each.path, size: each.size }));
  if (context.json) return report({ file, size, box, images: Object.keys(images), files: sizes }, context);
  report(
    {
      bundle: `${file}, ${megabytes(size)} MB`,
      box: `${box.name} ${box.version}`,
      images: archives === 0 ? "in the box" : `${archives} archive${archives === 1 ? "" : "s"}`,
      packages: packages === 0 ? "in the box" : packages,
    },
    context,
  );
  context.note(`use it, in an empty folder: npx mesos-lab create --bundle ${file}`);
}
