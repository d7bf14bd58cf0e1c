import type { MiddlewareHandler } from "hono";
import { ApiError } from "../apps/api-error.ts";

/** What a method of a resource takes and gives; absent: anything. */
interface Media {
  readonly consumes?: string;
  readonly produces?: readonly string[];
}

type Methods = Readonly<Record<string, Media>>;

const json = "application/json";
const both = { consumes: json, produces: [json] };
const given = { produces: [json] };
const listed = { produces: [json, "text/plain"] };
const file = { consumes: "multipart/form-data" };

/** Marathon 0.15.0's resources, by its own annotations. Of two that fit a path the first is meant. */
const resources: readonly (readonly [path: RegExp, methods: Methods])[] = [
  [/^\/v2\/apps$/, { GET: both, POST: both, PUT: both }],
  [/^\/v2\/apps\/.+\/tasks$/, { GET: { consumes: json, ...listed }, DELETE: both }],
  [/^\/v2\/apps\/.+\/tasks\/[^/]+$/, { DELETE: both }],
  [/^\/v2\/apps\/.+\/versions(\/[^/]+)?$/, { GET: both }],
  [/^\/v2\/apps\/.+\/restart$/, { GET: both, PUT: both, DELETE: both, POST: both }],
  [/^\/v2\/apps\/.+$/, { GET: both, PUT: both, DELETE: both }],
  [/^\/v2\/groups(\/.+)?$/, { GET: given, POST: given, PUT: given, DELETE: given }],
  [/^\/v2\/tasks$/, { GET: listed }],
  [/^\/v2\/tasks\/delete$/, { POST: both }],
  [/^\/v2\/deployments$/, { GET: both }],
  [/^\/v2\/deployments\/[^/]+$/, { DELETE: both }],
  [/^\/v2\/queue$/, { GET: both }],
  [/^\/v2\/queue\/.+\/delay$/, { DELETE: { consumes: json } }],
  [/^\/v2\/eventSubscriptions$/, { GET: both, POST: both, DELETE: both }],
  [/^\/v2\/info$/, { GET: both }],
  [/^\/v2\/leader$/, { GET: given, DELETE: given }],
  [/^\/v2\/schemas\/app$/, { GET: both }],
  [/^\/v2\/artifacts$/, { POST: file }],
  [/^\/v2\/artifacts\/.+$/, { GET: given, PUT: file, POST: file, DELETE: given }],
];

/**
 * Refuses what Jersey refuses before Marathon sees it: methods that a resource has not (405), bodies of another type
 * (415), clients that take no type it gives (406). Its answers have the phrases of JAX-RS 1.1, which has none for 405.
 */
export const resourceFilter: MiddlewareHandler = async (context, next) => {
  const { method } = context.req;
  const methods = resources.find(([path]) => path.test(context.req.path))?.[1];
  if (methods === undefined) return next();
  const media = methods[method === "HEAD" ? "GET" : method];
  if (media === undefined) throw new ApiError(405, { message: null });
  const type = context.req.header("content-type");
  if (type !== undefined && media.consumes !== undefined && !fits(type, media.consumes))
    throw new ApiError(415, { message: "Unsupported Media Type" });
  const accepted = (context.req.header("accept") ?? "*/*").split(",");
  if (
    media.produces !== undefined &&
    !media.produces.some((one) => accepted.some((range) => fits(range, one)))
  )
    throw new ApiError(406, { message: "Not Acceptable" });
  return next();
};

/** Whether a type with parameters, or a range of types, includes a type. */
function fits(range: string, type: string): boolean {
  const [name = "", ...parameters] = range
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false;
  return name === type || name === "*/*" || name === `${type.split("/")[0]}/*`;
}

/** A slash at the end of a path means nothing below `/v2`. */
export function withoutEndingSlash(path: string): string {
  return path.startsWith("/v2/") ? path.replace(/\/+$/, "") : path;
}
