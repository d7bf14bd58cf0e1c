import * as z from "zod";
import { jsonOrUndefined } from "../untrusted.ts";
import { namedPorts } from "./catalogue/index.ts";
import { type LabFlags, labFlagNames } from "./flags.ts";
import { type Lab, providerNames, serviceNames, stackNames } from "./model.ts";
import { fields } from "./schema.ts";

/**
 * A lab as its own folder remembers it. What does not fit was not written by this version, or has been damaged since.
 * It is checked like anything else that is read: paths and commands are made of it.
 */

const port = z.int().min(1).max(65_535);
const text = z
  .string()
  .min(1)
  .max(2_000)
  .regex(/^\P{Cc}*$/u);
const ports = z.strictObject(
  Object.fromEntries(namedPorts.map(({ name }) => [name, port])) as Record<keyof Lab["ports"], typeof port>,
);

const machine = z.strictObject({
  name: fields.machineName,
  ip: z.ipv4(),
  memory: fields.memory,
  cpus: fields.cpus,
  services: z.array(z.enum(serviceNames)),
  slaveNumber: z.int().min(1).max(100_000).optional(),
  ports: ports.partial().optional(),
});

const runs = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("vagrant"),
    provider: z.enum(providerNames),
    box: z.strictObject({ name: fields.boxName, version: text.optional(), url: text.optional() }),
    emulation: z.boolean().optional(),
    bootTimeout: fields.bootTimeout.optional(),
  }),
  z.strictObject({
    kind: z.literal("hosts"),
    ssh: z.record(
      fields.machineName,
      z.strictObject({
        alias: fields.sshAlias.optional(),
        host: fields.sshHost.optional(),
        user: fields.sshUser.optional(),
        port: port.optional(),
        identityFile: fields.identityFile.optional(),
        proxyJump: fields.proxyJump.optional(),
      }),
    ),
    reboot: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal("embedded"),
    proxy: z.enum(["haproxy", "built-in"]).optional(),
    zookeeper: z.enum(["host", "store"]).optional(),
    shared: z.literal(true).optional(),
  }),
]);

const lab = z.strictObject({
  name: fields.name,
  stack: z.enum(stackNames),
  runs,
  mesos: z
    .strictObject({
      zk: fields.mesosZk,
      found: z
        .strictObject({
          masters: z.array(z.string().regex(/^\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}$/)).min(1),
          version: text,
          framework: z.string().regex(/^[a-z0-9-]+$/),
        })
        .optional(),
    })
    .optional(),
  machines: z.array(machine).min(1),
  images: z.record(z.string(), text),
  ports,
  digests: z.record(z.string(), text).optional(),
  bundle: z
    .strictObject({
      images: z.record(z.string(), z.strictObject({ id: text, archive: text })),
      packages: z.boolean(),
      archive: text.optional(),
      client: z.boolean(),
    })
    .optional(),
  registry: fields.registry.optional(),
  imagesFrom: z.literal("machines").optional(),
  fetched: z.record(z.string(), z.strictObject({ id: text, digest: text, archive: text })).optional(),
});

/** Paths of rendered files are removed one day: none may lead out of the folder. */
const inside = text.refine(
  (path) => !/^(?:[\\/]|[A-Za-z]:)/.test(path) && !path.split(/[\\/]/).includes(".."),
);

const flags = z.strictObject({
  ...Object.fromEntries(labFlagNames.map((name) => [name, text.optional()])),
  shared: z.boolean().optional(),
  discovery: z.array(text).optional(),
  /** A file may have any name; as long as Linux lets a path be. */
  file: z.string().min(1).max(4_096).optional(),
});

const record = z.strictObject({ lab, flags, files: z.array(inside), leaving: lab.optional() });

export type RecordedFlags = LabFlags & { readonly file?: string };

/** What a lab's folder remembers, so that later commands need neither the lab file nor the flags. */
export interface LabRecord {
  readonly lab: Lab;
  /** Those that described it. */
  readonly flags: RecordedFlags;
  /** Paths of the rendered files. */
  readonly files: readonly string[];
  /** The lab of which machines were that it no longer has, with only those in it, as long as they are not released. */
  readonly leaving?: Lab;
}

/** A record's text. @throws ZodError for one that could not be read again, which is a fault of this tool. */
export function formatRecord(written: LabRecord): string {
  const text = `${JSON.stringify(written, undefined, 2)}\n`;
  record.parse(JSON.parse(text));
  return text;
}

/** Reads a record; undefined for a text that is none. */
export function parseRecord(text: string): LabRecord | undefined {
  return record.safeParse(jsonOrUndefined(text)).data as LabRecord | undefined;
}
