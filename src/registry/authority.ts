import * as z from "zod";
import { LabError } from "../errors.ts";
import type { Transfers } from "../probes/http.ts";
import { ProbeError } from "../probes/probe-error.ts";
import { readWhole, saidBy } from "./answers.ts";
import { parseChallenge } from "./challenge.ts";
import type { Credentials, Found } from "./credentials.ts";
import type { Endpoint } from "./endpoint.ts";

/** What asking a registry takes. */
export interface ClientOptions {
  readonly transfers: Transfers;
  readonly signal: AbortSignal;
  /** The credentials for a registry by the name under which Docker keeps them. */
  credentials(of: string): Promise<Found>;
  /** Told what is waited for. */
  say(text: string): void;
}

/** What entitles this host to read one repository. */
export interface Authority {
  /** The headers of a request to the registry itself, as far as it is known what they have to be. */
  header(): { readonly authorization?: string };
  /** After a 401: gets what the registry asks for, anew. @throws LabError `tool` where that cannot be had. */
  renew(challenge: string | undefined): Promise<void>;
  /** Why there are no credentials where there should be some. */
  notes(): readonly string[];
}

const longestToken = 1024 * 1024;
const tokenAnswer = z.looseObject({ token: z.string().optional(), access_token: z.string().optional() });

export function openAuthority(endpoint: Endpoint, options: ClientOptions): Authority {
  let authorization: string | undefined;
  let note: string | undefined;
  let asking: Promise<string> | undefined;

  async function get(challengeText: string | undefined): Promise<string> {
    const challenge = parseChallenge(challengeText);
    const found = await options.credentials(endpoint.credentialsOf);
    note = found.note;
    const { credentials } = found;
    if (challenge === undefined) throw refused(`asks for something else: ${challengeText ?? "nothing"}`);
    if (challenge.scheme === "bearer") return `Bearer ${await token(challenge, credentials)}`;
    if (credentials === undefined || !("user" in credentials)) throw refused("wants a name and a password");
    return basic(credentials);
  }

  async function token(
    { realm, service, scope }: { realm: string; service?: string; scope?: string },
    credentials: Credentials | undefined,
  ): Promise<string> {
    // Credentials go nowhere less safe than where the registry itself is asked.
    if (endpoint.origin.startsWith("https:") && !realm.startsWith("https:"))
      throw refused(`sends this host without HTTPS to ${new URL(realm).host} for a token`);
    const wanted = { ...(service && { service }), scope: scope ?? `repository:${endpoint.repository}:pull` };
    const { transfers, signal } = options;
    const answer = await (credentials !== undefined && "identityToken" in credentials
      ? transfers.open("POST", realm, {
          signal,
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: new URLSearchParams({
            ...wanted,
            grant_type: "refresh_token",
            client_id: "mesos-lab",
            refresh_token: credentials.identityToken,
          }).toString(),
        })
      : transfers.open("GET", withQuery(realm, wanted), {
          signal,
          headers: credentials === undefined ? {} : { authorization: basic(credentials) },
        })
    ).catch((error: unknown) => {
      throw error instanceof ProbeError
        ? refused(`sends this host for a token to ${realm}: ${error.message}`)
        : error;
    });
    if (answer.status !== 200)
      throw refused(
        `sends this host for a token to ${realm}, which answers ${answer.status}`,
        await saidBy(answer),
      );
    const { token: plain, access_token } = tokenAnswer.parse(
      JSON.parse((await readWhole(answer, longestToken)).toString()),
    );
    const given = plain || access_token;
    if (!given) throw refused(`sends this host for a token to ${realm}, which gives none`);
    return given;
  }

  function refused(why: string, details: readonly string[] = []): LabError {
    return new LabError("registry-login-failed", `${endpoint.words} ${why}`, {
      details: [...details, ...(note === undefined ? [] : [note])],
      remedy: [`docker login ${endpoint.words === "Docker Hub" ? "" : endpoint.words}`.trim()],
    });
  }

  return {
    header: () => (authorization === undefined ? {} : { authorization }),
    async renew(challenge) {
      // Layers that are fetched at the same time hear of an old token at the same time.
      asking ??= get(challenge).finally(() => {
        asking = undefined;
      });
      authorization = await asking;
    },
    notes: () => (note === undefined ? [] : [note]),
  };
}

function basic({ user, secret }: { readonly user: string; readonly secret: string }): string {
  return `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
}

function withQuery(realm: string, parameters: Record<string, string>): string {
  const url = new URL(realm);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.append(name, value);
  return url.href;
}
