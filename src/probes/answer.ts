import type * as z from "zod";
import { clean } from "../untrusted.ts";
import type { ProbeContext } from "./context.ts";
import type { HttpAnswer, HttpOptions } from "./http.ts";
import { ProbeError } from "./probe-error.ts";

/** An answer in one short line: its status and what it says, without markup. */
export function describeAnswer(answer: HttpAnswer): string {
  return clean(`${answer.status} ${messageOf(answer.text)}`, 160);
}

/** What answers were found to say, for as long as somebody has them: claims that share one read it once. */
const read = new WeakMap<HttpAnswer, Map<z.ZodType, unknown>>();

/** As `parseAnswer`. */
export function parseShared<T>(answer: HttpAnswer, schema: z.ZodType<T>): T {
  const known = read.get(answer) ?? new Map<z.ZodType, unknown>();
  if (!known.has(schema)) known.set(schema, parseAnswer(answer.text, schema));
  read.set(answer, known);
  return known.get(schema) as T;
}

/** Checks an answer's JSON against a schema. @throws ProbeError saying what is wrong with it. */
export function parseAnswer<T>(text: string, schema: z.ZodType<T>): T {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new ProbeError(clean(`the answer is not JSON: ${text.slice(0, 400)}`, 120));
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ProbeError(clean(`unexpected answer: ${issue?.path.join(".")}: ${issue?.message}`, 160));
}

/** GETs `url`. @throws ProbeError that names the URL when nothing answers. */
export async function ask(
  context: ProbeContext,
  url: string,
  options: HttpOptions = {},
): Promise<HttpAnswer> {
  const { http, signal, timeoutMs } = context;
  return naming(url, () => http.get(url, { signal, timeoutMs, ...options }));
}

/** GETs `url` and checks its JSON. @throws ProbeError that names the URL on anything but a 200 that fits. */
export async function askJson<T>(context: ProbeContext, url: string, schema: z.ZodType<T>): Promise<T> {
  return (await askJsonAnswer(context, url, schema)).value;
}

/** The same, with the headers. */
export async function askJsonAnswer<T>(
  context: ProbeContext,
  url: string,
  schema: z.ZodType<T>,
): Promise<{ readonly value: T; readonly headers: HttpAnswer["headers"] }> {
  const answer = await ask(context, url, { headers: { accept: "application/json" } });
  return naming(url, async () => {
    if (answer.status !== 200) throw new ProbeError(describeAnswer(answer));
    return { value: parseShared(answer, schema), headers: answer.headers };
  });
}

/** Puts the address before the message of a ProbeError: several are asked for one claim. */
export async function naming<T>(address: string, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ProbeError) throw new ProbeError(`${address}: ${error.message}`, { cause: error });
    throw error;
  }
}

function messageOf(text: string): string {
  const head = text.slice(0, 4_000);
  const message = /^\s*\{\s*"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(head)?.[1];
  return message ?? head.replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/g, " ");
}
