import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const cipher = "aes-256-gcm";
const [saltBytes, tagBytes] = [12, 16];

/** A text in base64 that nobody can read or change without the key of 32 bytes. @param keyFor may depend on the salt, which is new each time */
export function sealed(text: string, keyFor: (salt: Buffer) => Buffer): string {
  const salt = randomBytes(saltBytes);
  const seal = createCipheriv(cipher, keyFor(salt), salt);
  const body = Buffer.concat([seal.update(text, "utf8"), seal.final()]);
  return Buffer.concat([salt, seal.getAuthTag(), body]).toString("base64");
}

/** @throws Error where it is not what `sealed` made with that key. */
export function unsealed(box: string, keyFor: (salt: Buffer) => Buffer): string {
  const bytes = Buffer.from(box, "base64");
  const salt = bytes.subarray(0, saltBytes);
  const open = createDecipheriv(cipher, keyFor(salt), salt, { authTagLength: tagBytes });
  open.setAuthTag(bytes.subarray(saltBytes, saltBytes + tagBytes));
  return open.update(bytes.subarray(saltBytes + tagBytes), undefined, "utf8") + open.final("utf8");
}
