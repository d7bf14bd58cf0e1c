import { LabError } from "../errors.ts";
import { isLoopback } from "../probes/loopback.ts";
import { dockerHub, type Reference } from "./reference.ts";

/** Where a repository is asked for. */
export interface Endpoint {
  /** `https://host:port`; the API begins with `/v2/` there. */
  readonly origin: string;
  /** The repository's name at this registry. */
  readonly repository: string;
  /** Under which name Docker's settings keep this registry's credentials. */
  readonly credentialsOf: string;
  /** For people: `Docker Hub`, `cache.local:5000`. */
  readonly words: string;
}

/** Docker Hub's registry has another host name than its images, and its credentials have a third one. */
const hub = { origin: "https://registry-1.docker.io", credentialsOf: "https://index.docker.io/v1/" };

/**
 * Where an image is fetched from.
 * @param mirror URL of a mirror or pull-through cache of Docker Hub; a path in it goes before each repository's name.
 * Images that name a registry of their own come from there in any case, as with Docker.
 */
export function endpointOf({ host, repository }: Reference, mirror?: string): Endpoint {
  if (host === dockerHub && mirror !== undefined) {
    const { origin, host: name, pathname } = mirrorUrl(mirror);
    const prefix = pathname.replaceAll(/^\/+|\/+$/g, "");
    const below = prefix === "" ? repository : `${prefix}/${repository}`;
    return { origin, repository: below, credentialsOf: name, words: name };
  }
  if (host === dockerHub) return { ...hub, repository, words: "Docker Hub" };
  const scheme = isLoopback(host.replace(/:\d+$/, "")) ? "http" : "https";
  return { origin: `${scheme}://${host}`, repository, credentialsOf: host, words: host };
}

function mirrorUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.search === "")
    return url;
  throw new LabError("wrong-command-line", `--registry ${text}: is no URL of a registry`, {
    remedy: ["write it like http://cache.local:5000", "a name and a password belong to: docker login"],
  });
}
