import * as z from "zod";
import type { Transfer } from "../probes/http.ts";
import { transferWords } from "../probes/network-words.ts";
import { ProbeError } from "../probes/probe-error.ts";
import { clean } from "../untrusted.ts";

/** The whole body of an answer. @throws ProbeError where it breaks off, or has more than `most` bytes. */
export async function readWhole({ body }: Transfer, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > most) throw new ProbeError(`its answer has more than ${most} bytes`);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof ProbeError ? error : new ProbeError(transferWords(error), { cause: error });
  } finally {
    body.destroy();
  }
  return Buffer.concat(parts);
}

const errors = z.object({
  errors: z.array(z.object({ code: z.string().optional(), message: z.string().optional() })),
});

/** A registry's own words on why it refuses something; none where it says nothing that can be shown. */
export async function saidBy(answer: Transfer): Promise<readonly string[]> {
  const text = (await readWhole(answer, 64 * 1024).catch(() => Buffer.alloc(0))).toString().trim();
  const told = parsed(text);
  const words = told === undefined ? [text] : told.map(({ code, message }) => message ?? code ?? "");
  return words
    .map((each) => clean(each))
    .filter((each) => each !== "" && !each.startsWith("<"))
    .slice(0, 3);
}

function parsed(text: string): z.infer<typeof errors>["errors"] | undefined {
  try {
    return errors.parse(JSON.parse(text)).errors;
  } catch {
    return undefined;
  }
}
