import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { digestOf } from "../../../src/registry/layout.ts";
import type { TestForm, TestImage } from "./small-image.ts";

/** What the registry of the tests does to its clients; nothing of it by default. */
export interface Behaviour {
  /** Whom it answers; `bearer` sends for a token first. */
  auth?: "bearer" | "basic" | undefined;
  /** Who gets a token, or is answered; everybody where nobody is named. */
  account?: { readonly user: string; readonly secret: string } | undefined;
  /** How many requests a token is good for. */
  tokenUses?: number | undefined;
  /** Blobs are had from another server, which wants no token. */
  redirect?: boolean | undefined;
  /** The connection is cut after so many bytes of a blob. */
  cutAfter?: number | undefined;
  /** Called with all bytes of blobs that were sent so far, before every piece: who waits in it holds the answer back. */
  beforePiece?: ((sent: number) => Promise<void> | void) | undefined;
  /** Called before every answer. */
  beforeAnswer?: ((request: Asked) => Promise<void> | void) | undefined;
  /** Milliseconds between pieces. */
  slow?: number | undefined;
  /** The last byte of every layer is another one. */
  wrong?: boolean | undefined;
  /** So many requests for manifests are refused with 429. */
  busy?: { times: number; readonly headers: Record<string, string> } | undefined;
  /** With every manifest. */
  headers?: Record<string, string> | undefined;
  noRanges?: boolean | undefined;
  noHead?: boolean | undefined;
}

export interface Asked {
  readonly method: string;
  /** Below `/v2/<repository>/`, or `token`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly range?: string;
  readonly authorization?: string;
  readonly at: "registry" | "other";
  status: number;
  /** Bytes of blobs. */
  sent: number;
}

/** An answer that is not a stream; undefined where it has been given already. */
interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const piece = 64 * 1024;

/** A registry on loopback that serves made-up images. */
export class TestRegistry {
  readonly asked: Asked[] = [];
  behaviour: Behaviour = {};
  url = "";
  private otherUrl = "";
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly tokens = new Map<string, number>();
  private readonly images = new Map<string, { image: TestImage; form: TestForm }>();
  private sent = 0;

  static async start(behaviour: Behaviour = {}, port = 0): Promise<TestRegistry> {
    const registry = new TestRegistry();
    registry.behaviour = behaviour;
    registry.url = await registry.listen("registry", port);
    registry.otherUrl = await registry.listen("other", 0);
    return registry;
  }

  /** @param name with its tag: `library/small:1` */
  add(name: string, image: TestImage, form: TestForm): void {
    this.images.set(name, { image, form });
  }

  /** What was asked for blobs, without what was sent on to the other server. */
  get blobs(): readonly Asked[] {
    return this.asked.filter(({ path, status }) => path.startsWith("blobs/") && status < 300);
  }

  /** Resolves when nobody is connected. */
  async left(): Promise<void> {
    while (this.sockets.size > 0) await Promise.all([...this.sockets].map((socket) => once(socket, "close")));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    for (const server of this.servers) await new Promise((resolve) => server.close(resolve));
  }

  private async listen(at: Asked["at"], port: number): Promise<string> {
    const server = createServer((request, response) => {
      this.answer(at, request, response).catch((error: unknown) => {
        if (!response.destroyed) response.destroy(error as Error);
      });
    });
    server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
    this.servers.push(server);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  private async answer(at: Asked["at"], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const [, repository = "", rest = ""] =
      /^\/v2\/(.+?)\/((?:manifests|blobs)\/[^/]+)$/.exec(url.pathname) ?? [];
    const { range, authorization } = request.headers;
    const asked: Asked = {
      method: request.method ?? "",
      path: rest || url.pathname.slice(1),
      query: url.searchParams,
      ...(range !== undefined && { range }),
      ...(authorization !== undefined && { authorization }),
      at,
      status: 0,
      sent: 0,
    };
    this.asked.push(asked);
    await this.behaviour.beforeAnswer?.(asked);
    const reply = await this.reply(repository, asked, request, response);
    if (reply === undefined) return;
    const { status, headers, body = "" } = reply;
    asked.status = status;
    response.writeHead(status, { "content-length": String(Buffer.byteLength(body)), ...headers });
    response.end(request.method === "HEAD" ? undefined : body);
  }

  private async reply(
    repository: string,
    asked: Asked,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Reply | undefined> {
    const { at, path, authorization } = asked;
    if (path === "token") return this.token(request, asked);
    if (at === "registry" && !this.entitled(authorization)) return this.challenge(repository);
    if (at === "other" && authorization !== undefined)
      return { status: 400, body: "only one way of authorization is allowed" };
    if (path === "v2/") return { status: 200, body: "{}" };
    if (path.startsWith("manifests/")) return this.manifest(repository, asked);
    if (path.startsWith("blobs/")) return this.blob(repository, asked, response);
    return { status: 404 };
  }

  private entitled(authorization: string | undefined): boolean {
    const { auth, account } = this.behaviour;
    if (auth === undefined) return true;
    if (auth === "basic")
      return (
        authorization === `Basic ${Buffer.from(`${account?.user}:${account?.secret}`).toString("base64")}`
      );
    const token = authorization?.replace("Bearer ", "") ?? "";
    const left = this.tokens.get(token);
    if (left === undefined || left <= 0) return false;
    this.tokens.set(token, left - 1);
    return true;
  }

  private challenge(repository: string): Reply {
    const realm =
      this.behaviour.auth === "basic"
        ? 'Basic realm="tests"'
        : `Bearer realm="${this.url}/token",service="tests",scope="repository:${repository}:pull"`;
    return {
      status: 401,
      headers: { "www-authenticate": realm },
      body: errorText("UNAUTHORIZED", "authentication required"),
    };
  }

  private async token(request: IncomingMessage, { query, authorization }: Asked): Promise<Reply> {
    let body = "";
    for await (const part of request) body += part;
    const { account, tokenUses = 1_000_000 } = this.behaviour;
    const wanted = account && `Basic ${Buffer.from(`${account.user}:${account.secret}`).toString("base64")}`;
    const posted = new URLSearchParams(body);
    if (wanted !== undefined && authorization !== wanted && posted.get("refresh_token") !== account?.secret)
      return { status: 401, body: errorText("UNAUTHORIZED", "incorrect username or password") };
    if ((posted.get("service") ?? query.get("service")) !== "tests") return { status: 400 };
    const token = `token-${this.tokens.size + 1}`;
    this.tokens.set(token, tokenUses);
    return { status: 200, body: JSON.stringify({ token, expires_in: 60 }) };
  }

  private manifest(repository: string, { path, method }: Asked): Reply {
    const { busy, headers, noHead } = this.behaviour;
    if (noHead && method === "HEAD") return { status: 405 };
    if (busy !== undefined && busy.times > 0) {
      busy.times -= 1;
      return { status: 429, headers: busy.headers, body: errorText("TOOMANYREQUESTS", "slow down") };
    }
    const name = path.slice("manifests/".length);
    const tagged = this.images.get(`${repository}:${name}`);
    const found = name.startsWith("sha256:")
      ? [...this.images.values()]
          .flatMap(({ image }) => Object.values(image.manifests))
          .find(({ digest }) => digest === name)
      : tagged?.image.manifests[tagged.form];
    if (found === undefined) return { status: 404, body: errorText("MANIFEST_UNKNOWN", "manifest unknown") };
    return {
      status: 200,
      headers: {
        "content-type": found.mediaType,
        "docker-content-digest": found.digest,
        "content-length": String(Buffer.byteLength(found.text)),
        ...headers,
      },
      body: found.text,
    };
  }

  private async blob(repository: string, asked: Asked, response: ServerResponse): Promise<Reply | undefined> {
    const { redirect, noRanges, wrong, cutAfter, slow, beforePiece } = this.behaviour;
    const digest = asked.path.slice("blobs/".length);
    const image = [...this.images.values()].find(({ image }) => image.blobs.has(digest))?.image;
    const original = image?.blobs.get(digest);
    if (original === undefined || image === undefined) return { status: 404 };
    if (redirect && asked.at === "registry")
      return { status: 307, headers: { location: `${this.otherUrl}/v2/${repository}/${asked.path}` } };
    const content = wrong && digest !== digestOf(image.config) ? spoiled(original) : original;
    const start = noRanges ? undefined : /^bytes=(\d+)-$/.exec(asked.range ?? "")?.[1];
    const from = Number(start ?? 0);
    if (start !== undefined && from >= content.length)
      return { status: 416, headers: { "content-range": `bytes */${content.length}` } };
    asked.status = start === undefined ? 200 : 206;
    response.writeHead(asked.status, {
      "content-length": String(content.length - from),
      ...(start !== undefined && {
        "content-range": `bytes ${from}-${content.length - 1}/${content.length}`,
      }),
    });
    response.flushHeaders();
    const end = Math.min(content.length, cutAfter === undefined ? content.length : from + cutAfter);
    for (let at = from; at < end && asked.method === "GET" && !response.destroyed; ) {
      await beforePiece?.(this.sent);
      if (slow !== undefined) await sleep(slow);
      const part = content.subarray(at, Math.min(at + piece, end));
      await new Promise<void>((resolve) => response.write(part, () => resolve()));
      at += part.length;
      asked.sent += part.length;
      this.sent += part.length;
    }
    if (end === content.length) response.end();
    else response.destroy();
    return undefined;
  }
}

function errorText(code: string, message: string): string {
  return JSON.stringify({ errors: [{ code, message }] });
}

function spoiled(content: Buffer): Buffer {
  const copy = Buffer.from(content);
  // In the middle of what is packed: the end of it still fits.
  const at = Math.floor(copy.length / 2);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
