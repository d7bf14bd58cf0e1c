import { parse as parseYaml, stringify } from "yaml";
import * as z from "zod";
import { LabError } from "../errors.ts";

export const lockFileName = "mesos-lab.lock";

const box = z.strictObject({ version: z.string(), sha256: z.string() });

const schema = z.strictObject({
  /** Of this file's form. */
  lock: z.literal(1),
  /** By `<box> <provider>`: the checksum is over the files of the installed box. */
  boxes: z.record(z.string(), box),
  /** By reference: `sha256:…` of the manifest, or `id sha256:…` of an image that was built and never pulled. */
  images: z.record(z.string(), z.string().regex(/^(?:id )?sha256:[0-9a-f]{64}$/)),
  /** By reference: `sha256:…`, the id in an engine of what was fetched by this host and by the digest above. */
  ids: z.record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/)).default({}),
  /** By name. Told when they differ, never refused: they make the lab, and are no part of it. */
  tools: z.record(z.string(), z.string()),
});

/** What a lab was made of, beside its lab file, so that it can be made of the same again. */
export type Lock = z.infer<typeof schema>;

export const emptyLock: Lock = { lock: 1, boxes: {}, images: {}, ids: {}, tools: {} };

/** @throws LabError `usage` for a text that is no lock file. */
export function parseLock(text: string, path: string): Lock {
  const result = schema.safeParse(yamlOrUndefined(text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new LabError(
    "lock-damaged",
    `${path} is no lock file of this version: ${issue?.path.join(".")} ${issue?.message}`,
    {
      remedy: [
        `restore it from version control: git checkout ${path}`,
        "make it anew: npx mesos-lab create --update-lock",
      ],
    },
  );
}

/** The same lock gives the same bytes: keys are sorted, so that a difference in version control is a real one. */
export function formatLock(lock: Lock): string {
  const heading = [
    "# What this lab was made of. Made by `mesos-lab create`; commit it beside the lab file.",
    "# `mesos-lab create` refuses what differs from it; `mesos-lab create --update-lock` writes it anew.",
    "",
  ].join("\n");
  const { ids, ...others } = lock;
  const there = Object.keys(ids).length === 0 ? others : lock;
  return heading + stringify(there, { sortMapEntries: true, lineWidth: 0 });
}

function yamlOrUndefined(text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 0 });
  } catch {
    // No YAML at all is told as any other text that is no lock file.
    return undefined;
  }
}
