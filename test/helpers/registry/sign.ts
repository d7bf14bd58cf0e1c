import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { keyName } from "../../../src/registry/signature.ts";

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function newKey(): SigningKey {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

/** Signs a JSON text as Docker's libtrust does: the signature goes into the text, before its last brace. */
export function signPretty(text: string, ...keys: readonly SigningKey[]): string {
  const formatLength = text.trimEnd().slice(0, -1).trimEnd().length;
  const formatTail = text.slice(formatLength);
  const signatures = keys.map(({ privateKey, publicKey }) => {
    const { crv, x, y } = publicKey.export({ format: "jwk" });
    const header = { formatLength, formatTail: encode(formatTail), time: "2016-02-01T12:00:00Z" };
    const protectedText = encode(JSON.stringify(header));
    const signature = sign("sha256", Buffer.from(`${protectedText}.${encode(text)}`), {
      key: privateKey,
      dsaEncoding: "ieee-p1363",
    });
    return {
      header: { jwk: { crv, kid: keyName(publicKey), kty: "EC", x, y }, alg: "ES256" },
      signature: signature.toString("base64url"),
      protected: protectedText,
    };
  });
  const indented = JSON.stringify(signatures, undefined, 3).replaceAll("\n", "\n   ");
  return `${text.slice(0, formatLength)},\n   "signatures": ${indented}\n}`;
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64url");
}
