import { createHash } from "node:crypto";
import * as z from "zod";
import { LabError } from "../../errors.ts";
import { readIfThere, writeFiles } from "../../tools/files.ts";
import { incidentName, type LabFolder } from "../../tools/lab-folder.ts";
import { sealed, unsealed } from "../../tools/sealed.ts";
import { levels } from "./fault.ts";

const incidentSchema = z.strictObject({
  seed: z.int().min(0).max(4_294_967_295),
  level: z.literal([...levels]),
  startedAt: z.iso.datetime(),
  hints: z.int().min(0),
  /** How it ended, where it has. */
  ended: z.strictObject({ at: z.iso.datetime(), by: z.enum(["repaired", "revealed"]) }).optional(),
});

/** An incident of a lab: its seed says which one. */
export type IncidentRecord = z.infer<typeof incidentSchema>;

/** Bytes. */
const paddedTo = 1024;
/** More are not kept: the oldest go first. */
const kept = 200;
const recordSchema = z.array(incidentSchema).min(1).max(kept);

/** The incident that goes on, or was the last. */
export function readIncident(folder: LabFolder): IncidentRecord | undefined {
  return readIncidents(folder).at(-1);
}

/**
 * All incidents of the lab, the oldest first. They are sealed, so that nobody learns the fault by reading the lab's files in
 * passing. The key is in this program: who takes the program apart can open it.
 */
export function readIncidents(folder: LabFolder): readonly IncidentRecord[] {
  const text = readIfThere(folder.file(incidentName));
  if (text === undefined) return [];
  try {
    return recordSchema.parse(JSON.parse(unsealed(text, keyWith)));
  } catch (cause) {
    throw new LabError("record-damaged", `${folder.file(incidentName)} is damaged`, {
      remedy: [`remove it: rm ${folder.file(incidentName)}`, "npx mesos-lab incident start"],
      cause,
    });
  }
}

/** Notes an incident: one that began at the same moment is the same, and what was noted of it is replaced. */
export function writeIncident(folder: LabFolder, record: IncidentRecord): void {
  const others = readIncidents(folder).filter(({ startedAt }) => startedAt !== record.startedAt);
  const text = JSON.stringify([...others, record].slice(-kept));
  // Its length tells nothing either.
  const padded = text.padEnd(Math.ceil(text.length / paddedTo) * paddedTo);
  writeFiles(folder.path, [{ path: incidentName, contents: `${sealed(padded, keyWith)}\n` }]);
}

function keyWith(salt: Buffer): Buffer {
  return createHash("sha256").update("mesos-lab incident").update(salt).digest();
}
