import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as z from "zod";
import { LabError } from "../../errors.ts";
import { jsonOrUndefined } from "../../untrusted.ts";
import type { Hub } from "../hub.ts";
import { pageHtml, pagePolicy } from "../page/page.ts";
import { type Feed, openFeed } from "./feed.ts";
import { type Gate, makeGate } from "./gate.ts";

const drillSchema = z.strictObject({ drill: z.string().max(100) });
const checkSchema = z.strictObject({ step: z.string().max(100), answer: z.string().max(400).optional() });

/** What the page can have done. Each returns what is to be told; `refused` says in a sentence why nothing was done. */
export interface Actions {
  drill(name: string): { readonly refused?: string };
  check(
    step: string,
    answer: string | undefined,
  ): Promise<{ readonly passed?: boolean; readonly why?: string; readonly refused?: string }>;
}

export interface Serving {
  /** With the token: for the terminal, and for nobody else. */
  readonly url: string;
  /** Frees the port. */
  close(): Promise<void>;
}

const longestBody = 4_096;

/**
 * Serves the page of a watched lab on loopback, at a free port.
 * @throws LabError `tool` when it cannot listen.
 */
export async function servePage(hub: Hub, actions: Actions): Promise<Serving> {
  let gate: Gate | undefined;
  const feed = openFeed(hub);
  const server = createServer((request, response) => {
    // Only what came with the socket can fail here: nobody is there any more to be told.
    if (gate === undefined) return response.destroy();
    answer(request, response, { gate, feed, actions }).catch(() => response.destroy());
  });
  server.maxConnections = 100;
  server.listen(0, "127.0.0.1");
  await once(server, "listening").catch((cause: Error) => {
    throw new LabError("cannot-listen", `cannot listen on 127.0.0.1: ${cause.message}`, { cause });
  });
  const { port } = server.address() as AddressInfo;
  gate = makeGate(port);
  return {
    url: `http://127.0.0.1:${port}/#token=${gate.token}`,
    close: async () => {
      feed.close();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Parts {
  readonly gate: Gate;
  readonly feed: Feed;
  readonly actions: Actions;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { gate, feed, actions }: Parts,
): Promise<void> {
  const refuse = (status: number, refused: string) => sendJson(response, status, { refused });
  const wrong = gate.wrongPlace(request);
  if (wrong !== undefined) return refuse(403, wrong);
  const asked = `${request.method} ${request.url}`;
  if (asked === "GET /") return sendPage(response);
  if (!gate.knows(request)) return refuse(403, "the token is missing or wrong");
  if (asked === "GET /stream") return feed.add(response) ? undefined : refuse(503, "too many pages are open");
  const body = jsonOrUndefined(await bodyOf(request));
  if (asked === "POST /drill") {
    const { data } = drillSchema.safeParse(body);
    return data === undefined
      ? refuse(400, "not understood")
      : sendJson(response, 200, actions.drill(data.drill));
  }
  if (asked === "POST /check") {
    const { data } = checkSchema.safeParse(body);
    if (data === undefined) return refuse(400, "not understood");
    return sendJson(response, 200, await actions.check(data.step, data.answer));
  }
  refuse(404, "there is no such page");
}

/** @throws Error for more than a page of this server sends. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > longestBody) throw new Error("too long");
  }
  return text;
}

function sendPage(response: ServerResponse): void {
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `${pagePolicy()}; frame-ancestors 'none'`,
    ...common,
  });
  response.end(pageHtml());
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", ...common });
  response.end(JSON.stringify(body));
}

const common = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};
