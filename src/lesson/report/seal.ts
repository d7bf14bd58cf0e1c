import {
  createCipheriv,
  createDecipheriv,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import * as z from "zod";
import { publicOf, publicText } from "./keys.ts";

const cipher = "aes-256-gcm";
const [saltBytes, tagBytes] = [12, 16];

export const sealedSchema = z.strictObject({
  /** A key pair that was made for this one report. */
  from: z.string().max(100),
  box: z.base64().max(2_000_000),
});

export type Sealed = z.infer<typeof sealedSchema>;

/** A text that only the teacher can read: X25519, HKDF with SHA-256, AES-256-GCM. */
export function sealedFor(teacher: KeyObject, text: string): Sealed {
  const once = generateKeyPairSync("x25519");
  const salt = randomBytes(saltBytes);
  const from = publicText(once.publicKey);
  const seal = createCipheriv(cipher, keyOf(once.privateKey, teacher, from, publicText(teacher)), salt);
  const body = Buffer.concat([seal.update(text, "utf8"), seal.final()]);
  return { from, box: Buffer.concat([salt, seal.getAuthTag(), body]).toString("base64") };
}

/** @throws Error where it was not sealed for this teacher, or was changed. */
export function unsealedBy(teacher: KeyObject, { from, box }: Sealed): string {
  const bytes = Buffer.from(box, "base64");
  const key = keyOf(teacher, publicOf(from, "X25519"), from, publicText(teacher));
  const open = createDecipheriv(cipher, key, bytes.subarray(0, saltBytes), { authTagLength: tagBytes });
  open.setAuthTag(bytes.subarray(saltBytes, saltBytes + tagBytes));
  return open.update(bytes.subarray(saltBytes + tagBytes), undefined, "utf8") + open.final("utf8");
}

function keyOf(own: KeyObject, other: KeyObject, ...parties: readonly string[]): Buffer {
  const shared = diffieHellman({ privateKey: own, publicKey: other });
  return Buffer.from(hkdfSync("sha256", shared, parties.join(" "), "mesos-lab report", 32));
}
