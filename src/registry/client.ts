import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../errors.ts";
import type { Transfer } from "../probes/http.ts";
import { ProbeError } from "../probes/probe-error.ts";
import { readWhole, saidBy } from "./answers.ts";
import { type ClientOptions, openAuthority } from "./authority.ts";
import type { Endpoint } from "./endpoint.ts";
import { acceptedManifests } from "./media-types.ts";
import { durationText, type RateLimit, rateLimit, rateLimitText, retryAfter } from "./rate-limit.ts";
import { isDigest } from "./reference.ts";

/** What a registry says of a manifest without giving it. */
export interface Seen {
  readonly digest?: string;
  readonly limit?: RateLimit;
}

export interface FetchedManifest {
  readonly text: Buffer;
  readonly contentType?: string;
}

/** One repository of a registry. All methods throw LabError `tool` in words, and the signal's reason on abort. */
export interface RepositoryClient {
  /** Undefined where the registry does not answer such questions. Docker Hub does not count them as pulls. */
  look(name: string): Promise<Seen | undefined>;
  /** @param name a tag or a digest. */
  manifest(name: string): Promise<FetchedManifest>;
  /** A small blob, whole. */
  config(digest: string): Promise<Buffer>;
  /** Status 200: from its beginning; 206: from the byte `from`; 416: there is nothing from there on. */
  blob(digest: string, from: number): Promise<Transfer>;
}

/** Bytes: far more than a manifest or a configuration can need. */
const longestText = 8 * 1024 * 1024;
const mostRedirects = 5;
/** Of requests that fail one after another. */
const mostTries = 5;
/** Of tokens for one request: those that others use may be spent by then. */
const mostRenewals = 3;
/** Seconds: who asks for more is not waited for. */
const longestWait = 300;

export function openRepository(endpoint: Endpoint, options: ClientOptions): RepositoryClient {
  const { transfers, signal, say } = options;
  const authority = openAuthority(endpoint, options);
  const base = `${endpoint.origin}/v2/${endpoint.repository}`;
  let answered = false;

  /** One request with what it takes to get its answer: a token, redirects, patience. */
  async function ask(
    method: "GET" | "HEAD",
    path: string,
    headers: Record<string, string>,
  ): Promise<Transfer> {
    let renewals = 0;
    let wait = 1;
    for (let tries = 1; ; ) {
      const answer = await follow(method, `${base}/${path}`, headers).catch((error: unknown) => {
        if (!(error instanceof ProbeError)) throw error;
        // A registry that never answered is told at once; one that did may only be busy.
        if (!answered || tries >= mostTries) throw unreachable(endpoint, error, answered);
        return error.message;
      });
      if (typeof answer !== "string") {
        answered = true;
        const { status, headers: said } = answer;
        if (status < 300 || status === 416) return answer;
        if (status === 401 && renewals < mostRenewals) {
          await discard(answer);
          await authority.renew(said["www-authenticate"]);
          renewals += 1;
          continue;
        }
        const asked = status === 429 ? retryAfter(said) : undefined;
        const spent = status === 429 && asked === undefined && rateLimit(said)?.remaining === 0;
        const passing = (status === 429 && !spent && (asked ?? 0) <= longestWait) || status >= 500;
        if (!passing || tries >= mostTries) throw await refusal(answer, path);
        wait = Math.max(wait, asked ?? 0);
        await discard(answer);
      }
      const why = typeof answer === "string" ? answer : `${endpoint.words} answers ${answer.status}`;
      say(`${why}: asked again in ${durationText(wait)}`);
      await sleep(wait * 1000, undefined, { signal });
      tries += 1;
      wait *= 2;
    }
  }

  /** Follows redirects; the token is for the registry alone, and not for whoever it sends us to. */
  async function follow(
    method: "GET" | "HEAD",
    url: string,
    headers: Record<string, string>,
  ): Promise<Transfer> {
    let at = url;
    for (let hops = 0; hops <= mostRedirects; hops += 1) {
      const own = new URL(at).origin === endpoint.origin ? authority.header() : {};
      const answer = await transfers.open(method, at, { headers: { ...headers, ...own }, signal });
      const { location } = answer.headers;
      if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer;
      await discard(answer);
      const next = new URL(location, at);
      if (next.protocol !== "https:" && (next.protocol !== "http:" || at.startsWith("https:")))
        throw new LabError(
          "registry-redirects-wrongly",
          `${endpoint.words} sends this host from HTTPS to ${next.protocol}`,
        );
      at = next.href;
    }
    throw new LabError("registry-redirects-wrongly", `${endpoint.words} sends this host in circles`);
  }

  async function refusal(answer: Transfer, path: string): Promise<LabError> {
    const { status, headers } = answer;
    const details = [`GET ${base}/${path}: ${status}`, ...(await saidBy(answer)), ...authority.notes()];
    const fail = (message: string, remedy: readonly string[]) =>
      new LabError("registry-refused", message, { details, remedy });
    if (status === 404) return fail(`${endpoint.words} has no ${endpoint.repository} ${lastPart(path)}`, []);
    if (status === 401 || status === 403)
      return fail(`${endpoint.words} refuses ${endpoint.repository} ${lastPart(path)}`, [
        `if it is there and private: docker login ${endpoint.words === "Docker Hub" ? "" : endpoint.words}`.trim(),
      ]);
    if (status !== 429) return fail(`${endpoint.words} answers ${status}`, ["try again later"]);
    const limit = rateLimit(headers);
    const after = retryAfter(headers);
    return fail(
      `${endpoint.words} gives no more images to this address for now${limit === undefined ? "" : `: ${rateLimitText(limit)}`}`,
      [
        after === undefined
          ? "try again in some hours: what is here already is kept"
          : `try again in ${durationText(after)}: what is here already is kept`,
        "log in, which allows more: docker login",
        "or ask a cache in your network: --registry URL",
      ],
    );
  }

  async function whole(answer: Transfer): Promise<Buffer> {
    try {
      return await readWhole(answer, longestText);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof ProbeError ? unreachable(endpoint, error, true) : error;
    }
  }

  return {
    async look(name) {
      const answer = await ask("HEAD", `manifests/${name}`, { accept: acceptedManifests }).catch((error) => {
        // Some registries know GET only; a GET will tell what is really wrong.
        if (error instanceof LabError && /: (?:404|405|501)$/.test(error.details[0] ?? "")) return undefined;
        throw error;
      });
      if (answer === undefined) return undefined;
      await discard(answer);
      const digest = answer.headers["docker-content-digest"];
      const limit = rateLimit(answer.headers);
      return { ...(isDigest(digest) && { digest }), ...(limit && { limit }) };
    },
    async manifest(name) {
      const answer = await ask("GET", `manifests/${name}`, { accept: acceptedManifests });
      const contentType = answer.headers["content-type"];
      const text = await whole(answer);
      return { text, ...(contentType !== undefined && { contentType }) };
    },
    config: async (digest) => whole(await ask("GET", `blobs/${digest}`, {})),
    blob: (digest, from) => ask("GET", `blobs/${digest}`, from === 0 ? {} : { range: `bytes=${from}-` }),
  };
}

/** A registry that gives no answer at all: whoever asks for something else there need not try. */
export class RegistrySilent extends LabError {}

function unreachable({ words, origin }: Endpoint, error: ProbeError, answered: boolean): RegistrySilent {
  return new RegistrySilent(
    "registry-silent",
    `${words} ${answered ? "no longer answers" : "does not answer"}: ${error.message}`,
    {
      details: [`asked: ${origin}/v2/`],
      remedy: [
        ...(answered ? ["go on from there: run the same command again"] : []),
        `look whether this host reaches it: curl -sS ${origin}/v2/`,
        ...(/certificate/.test(error.message)
          ? ["name the file with its authority's certificate: NODE_EXTRA_CA_CERTS=FILE npx mesos-lab …"]
          : []),
        "or ask another one: --registry URL",
      ],
      cause: error,
    },
  );
}

async function discard(answer: Transfer): Promise<void> {
  // An answer without an end is cut; its connection is of no use then.
  await readWhole(answer, 64 * 1024).catch(() => undefined);
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
