import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { LabError } from "../errors.ts";
import { run } from "../tools/exec.ts";

/** What a registry is shown: a name with its password, or a token that stands for both. */
export type Credentials =
  | { readonly user: string; readonly secret: string }
  | { readonly identityToken: string };

/** What was found, and why there is nothing where there should be something. */
export interface Found {
  readonly credentials?: Credentials;
  readonly note?: string;
}

const settings = z.looseObject({
  auths: z
    .record(z.string(), z.looseObject({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});
const answer = z.looseObject({ Username: z.string(), Secret: z.string() });

/** A helper asks the system's own store, and may show a window. */
const helperLimitMs = 60_000;

/**
 * The credentials that `docker login` has kept for a registry, from `config.json` or by the helper program that it names.
 * @param server a host with its port; Docker Hub has a name of its own.
 * @throws LabError `usage` for settings that cannot be read.
 */
export async function dockerCredentials(
  server: string,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Found> {
  const path = join(env.DOCKER_CONFIG || join(homedir(), ".docker"), "config.json");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (text === undefined) return {};
  const { auths = {}, credHelpers = {}, credsStore } = readSettings(text, path);
  const helper = credHelpers[server] ?? credsStore;
  if (helper !== undefined) return askHelper(helper, server, signal);
  const [, entry] = Object.entries(auths).find(([key]) => key === server || hostOf(key) === server) ?? [];
  if (entry?.identitytoken) return { credentials: { identityToken: entry.identitytoken } };
  const [, user, secret] = /^([^:]+):(.*)$/s.exec(Buffer.from(entry?.auth ?? "", "base64").toString()) ?? [];
  return user === undefined ? {} : { credentials: { user, secret: secret ?? "" } };
}

function readSettings(text: string, path: string): z.infer<typeof settings> {
  try {
    return settings.parse(JSON.parse(text));
  } catch (cause) {
    throw new LabError(
      "docker-credentials-unreadable",
      `${path}, where Docker keeps credentials, cannot be read`,
      {
        details: [cause instanceof z.ZodError ? z.prettifyError(cause) : String((cause as Error).message)],
        remedy: ["mend it, or move it away and log in again: docker login"],
        cause,
      },
    );
  }
}

/** Old entries are URLs. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, "").replace(/\/.*$/s, "");
}

/** A helper that is not there is no reason not to ask: most images are for everybody. */
async function askHelper(name: string, server: string, signal: AbortSignal): Promise<Found> {
  const program = `docker-credential-${name}`;
  if (!/^[\w.-]+$/.test(name)) return { note: `Docker's settings name a credential helper "${name}"` };
  try {
    const { stdout, exitCode, stderr } = await run(
      { file: program, args: ["get"] },
      { input: server, accept: "any", timeoutMs: helperLimitMs, signal },
    );
    if (exitCode === 0) {
      const { Username: user, Secret: secret } = answer.parse(JSON.parse(stdout));
      return { credentials: user === "<token>" ? { identityToken: secret } : { user, secret } };
    }
    const said = `${stdout}${stderr}`.trim();
    return /not found/i.test(said) ? {} : { note: `${program} said: ${said || `exit code ${exitCode}`}` };
  } catch (error) {
    if (signal.aborted) throw error;
    // What it said may be a secret, so only that it was not understood is told.
    return { note: error instanceof LabError ? error.message : `${program} gave no credentials` };
  }
}
