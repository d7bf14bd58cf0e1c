import { LabError } from "../errors.ts";

/** What an image reference means, as Docker reads it. */
export interface Reference {
  /** As it was written: `tomcat:8.0`. */
  readonly text: string;
  /** `docker.io`, or the registry that the reference names: `localhost:5000`. */
  readonly host: string;
  /** `library/tomcat` */
  readonly repository: string;
  /** `latest` where the reference names neither tag nor digest. */
  readonly tag?: string;
  /** `sha256:…` of a manifest. */
  readonly digest?: string;
}

/** Where images are that name no registry. */
export const dockerHub = "docker.io";

const digestForm = /^sha256:[0-9a-f]{64}$/;
const tagForm = /^\w[\w.-]{0,127}$/;
const repositoryForm = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const hostForm = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?$/;

export function isDigest(text: unknown): text is string {
  return typeof text === "string" && digestForm.test(text);
}

/** @throws LabError `usage` for what is no image reference. */
export function parseReference(text: string): Reference {
  const [named = "", digest] = text.split("@");
  const [first = "", ...others] = named.split("/");
  // What has no dot, no port and is not localhost is a name at Docker Hub.
  const isHost = others.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const rest = isHost ? others.join("/") : named;
  const [, name = "", tag] = /^(.*?)(?::([^/:]*))?$/s.exec(rest) ?? [];
  const host = isHost && !/^(?:index\.)?docker\.io$/.test(first) ? first : dockerHub;
  const repository = host === dockerHub && !name.includes("/") ? `library/${name}` : name;
  const wrong =
    text.split("@").length > 2 ||
    !hostForm.test(host) ||
    !repositoryForm.test(repository) ||
    (tag !== undefined && !tagForm.test(tag)) ||
    (digest !== undefined && !digestForm.test(digest));
  if (wrong)
    throw new LabError("image-name-wrong", `"${text}" is no image reference`, {
      remedy: ["write it like mesosphere/marathon:v0.15.0"],
    });
  return {
    text,
    host,
    repository,
    ...(digest !== undefined && { digest }),
    ...(tag !== undefined ? { tag } : digest === undefined ? { tag: "latest" } : {}),
  };
}

/** With registry and tag, as containerd keeps names; undefined where there is no tag: such an image has no name. */
export function fullName({ host, repository, tag }: Reference): string | undefined {
  return tag === undefined ? undefined : `${host}/${repository}:${tag}`;
}

/** As people write it, and as `docker load` is told: `tomcat:8.0`. */
export function familiarName({ host, repository, tag }: Reference): string | undefined {
  if (tag === undefined) return undefined;
  const short = host === dockerHub ? repository.replace(/^library\//, "") : `${host}/${repository}`;
  return `${short}:${tag}`;
}
