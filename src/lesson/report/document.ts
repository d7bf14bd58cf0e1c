import { type KeyObject, sign, verify } from "node:crypto";
import * as z from "zod";
import { jsonOrUndefined } from "../../untrusted.ts";
import { publicOf, publicText } from "./keys.ts";
import { reportSchema, type StudentReport, textOf } from "./model.ts";
import { type Sealed, sealedFor, sealedSchema, unsealedBy } from "./seal.ts";

/** Far more than the longest report has, in characters. */
const longest = 2_000_000;

const signedSchema = z.strictObject({
  mesosLabReport: z.literal(1),
  report: reportSchema,
  /** The lab's public key, Ed25519. */
  key: z.string().max(100),
  signature: z.base64().max(200),
});
const documentSchema = z.union([
  signedSchema,
  z.strictObject({ mesosLabReport: z.literal(1), sealed: sealedSchema }),
]);

/** What a report's file holds. */
export type Opened =
  /** `genuine`: nothing was changed since the lab has signed it. */
  | { readonly report: StudentReport; readonly key: string; readonly genuine: boolean }
  | { readonly report: undefined; readonly why: string };

/** The text of a report's file: signed by its lab and, where there is a teacher's key, sealed for the teacher. */
export function documentOf(report: StudentReport, lab: KeyObject, teacher?: KeyObject): string {
  const signature = sign(null, Buffer.from(textOf(report)), lab).toString("base64");
  const signed = { mesosLabReport: 1, report, key: publicText(lab), signature };
  const sealed = (to: KeyObject): { mesosLabReport: 1; sealed: Sealed } => ({
    mesosLabReport: 1,
    sealed: sealedFor(to, JSON.stringify(signed)),
  });
  return `${JSON.stringify(teacher === undefined ? signed : sealed(teacher), undefined, 2)}\n`;
}

/** Whether a text is a report's, of whatever content. */
export function isReport(text: string): boolean {
  return documentSchema.safeParse(jsonOrUndefined(text)).success;
}

/** Reads a report that anybody may have written. @param teacher the private key for what is sealed. */
export function opened(text: string, teacher?: KeyObject): Opened {
  if (text.length > longest) return { report: undefined, why: "it is too long for a report" };
  const parsed = documentSchema.safeParse(jsonOrUndefined(text));
  if (!parsed.success) return { report: undefined, why: "it is no report of mesos-lab" };
  if ("report" in parsed.data) return checked(parsed.data);
  if (teacher === undefined) return { report: undefined, why: "it is sealed, and --key is not given" };
  try {
    const inner = signedSchema.safeParse(jsonOrUndefined(unsealedBy(teacher, parsed.data.sealed)));
    return inner.success
      ? checked(inner.data)
      : { report: undefined, why: "what is sealed in it is no report of mesos-lab" };
  } catch {
    return { report: undefined, why: "it is sealed for another key, or was changed by hand" };
  }
}

function checked({ report, key, signature }: z.infer<typeof signedSchema>): Opened {
  return { report, key, genuine: isSigned(textOf(report), key, signature) };
}

/** Whether the key has signed the text. */
export function isSigned(text: string, key: string, signature: string): boolean {
  try {
    return verify(null, Buffer.from(text), publicOf(key, "Ed25519"), Buffer.from(signature, "base64"));
  } catch {
    // No key at all.
    return false;
  }
}
