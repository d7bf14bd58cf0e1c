import { setTimeout as sleep } from "node:timers/promises";
import type { MiddlewareHandler } from "hono";
import { errorPage } from "./http.ts";
import type { ApiParts } from "./parts.ts";

const noLeader = "Could not determine the current leader";
/** A request waits this long for an election to end. */
const tries = 10;
const pauseMs = 250;

/** Lets the leader answer, hands requests on to it, and refuses them with 503 while there is none. */
export function leaderFilter(parts: ApiParts): MiddlewareHandler {
  return async (context, next) => {
    const elsewhere = () => {
      const { elected, leader } = parts.leadership();
      return !elected && leader !== undefined && leader !== parts.address ? leader : undefined;
    };
    for (
      let attempt = 0;
      attempt < tries && !parts.leadership().elected && elsewhere() === undefined;
      attempt += 1
    )
      await sleep(pauseMs);
    if (parts.leadership().elected) {
      context.header("X-Marathon-Leader", `http://${parts.address}`);
      return next();
    }
    const leader = elsewhere();
    return leader === undefined
      ? context.html(errorPage(503, noLeader), 503)
      : forward(context.req.raw, leader, parts.address);
  };
}

const viaHeader = "X-Marathon-Via";

async function forward(request: Request, leader: string, address: string): Promise<Response> {
  const via = `1.1 ${address}`;
  if (request.headers.get(viaHeader)?.includes(via)) return html(502, "Detected proxying loop.");
  const url = new URL(request.url);
  const headers = new Headers(request.headers);
  headers.append(viaHeader, via);
  headers.delete("host");
  headers.delete("connection");
  headers.delete("content-length");
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  try {
    const response = await fetch(`http://${leader}${url.pathname}${url.search}`, {
      method: request.method,
      headers,
      redirect: "manual",
      signal: request.signal,
      ...(hasBody ? { body: await request.arrayBuffer() } : {}),
    });
    const answered = new Headers(response.headers);
    // fetch has already unpacked the body.
    for (const name of ["content-encoding", "content-length", "transfer-encoding", "connection"])
      answered.delete(name);
    answered.append(viaHeader, via);
    return new Response(response.body, { status: response.status, headers: answered });
  } catch {
    return html(502, "Connection to leader refused.");
  }
}

function html(status: number, message: string): Response {
  return new Response(errorPage(status, message), {
    status,
    headers: { "content-type": "text/html; charset=UTF-8" },
  });
}
