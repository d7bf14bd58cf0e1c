import { expect, test } from "vitest";
import { parseChallenge } from "../../../src/registry/challenge.ts";
import { endpointOf } from "../../../src/registry/endpoint.ts";
import { rateLimit, rateLimitText, retryAfter } from "../../../src/registry/rate-limit.ts";
import { familiarName, fullName, parseReference } from "../../../src/registry/reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

test.each([
  ["tomcat", "docker.io", "library/tomcat", "latest", undefined, "tomcat:latest"],
  ["tomcat:8.0", "docker.io", "library/tomcat", "8.0", undefined, "tomcat:8.0"],
  [
    "docker.io/mesosphere/marathon:v1",
    "docker.io",
    "mesosphere/marathon",
    "v1",
    undefined,
    "mesosphere/marathon:v1",
  ],
  ["index.docker.io/a/b:1", "docker.io", "a/b", "1", undefined, "a/b:1"],
  ["localhost/a:1", "localhost", "a", "1", undefined, "localhost/a:1"],
  ["quay.io:443/a/b/c:1", "quay.io:443", "a/b/c", "1", undefined, "quay.io:443/a/b/c:1"],
  [`a/b@${digest}`, "docker.io", "a/b", undefined, digest, undefined],
  [`a/b:1@${digest}`, "docker.io", "a/b", "1", digest, "a/b:1"],
])("%s is read as Docker reads it", (text, host, repository, tag, digest, name) => {
  const reference = parseReference(text);
  expect(reference).toEqual({
    text,
    host,
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  });
  expect(familiarName(reference)).toBe(name);
  expect(fullName(reference)).toBe(tag === undefined ? undefined : `${host}/${repository}:${tag}`);
});

test.each([
  "",
  "A",
  "a:",
  "a//b",
  "../etc",
  "a@sha256:1",
  `a@${digest}@${digest}`,
  "a b",
  "a.b:x/y",
  "a/b:1/2",
])("%j is no reference", (text) => {
  expect(() => parseReference(text)).toThrow("is no image reference");
});

test.each([
  ["tomcat", undefined, "https://registry-1.docker.io", "library/tomcat", "https://index.docker.io/v1/"],
  ["tomcat", "http://cache.local:5000", "http://cache.local:5000", "library/tomcat", "cache.local:5000"],
  ["tomcat", "https://harbor.local/hub/", "https://harbor.local", "hub/library/tomcat", "harbor.local"],
  ["quay.io/a/b:1", "http://cache.local:5000", "https://quay.io", "a/b", "quay.io"],
  ["127.0.0.1:5000/a:1", undefined, "http://127.0.0.1:5000", "a", "127.0.0.1:5000"],
])("%s with the mirror %s", (text, mirror, origin, repository, credentialsOf) => {
  expect(endpointOf(parseReference(text), mirror)).toMatchObject({ origin, repository, credentialsOf });
});

test("a mirror that is no URL, or has a password in it, is refused", () => {
  for (const mirror of ["cache.local", "ftp://x", "http://me:secret@cache.local"])
    expect(() => endpointOf(parseReference("a"), mirror)).toThrow("is no URL of a registry");
});

test.each([
  [
    'Bearer realm="https://a.example/token",service="s",scope="repository:a/b:pull,push"',
    { scheme: "bearer", realm: "https://a.example/token", service: "s", scope: "repository:a/b:pull,push" },
  ],
  ["bearer Realm=https://a.example/t", { scheme: "bearer", realm: "https://a.example/t" }],
  ['Basic realm="x"', { scheme: "basic" }],
  ['Bearer realm="nonsense"', undefined],
  ["Negotiate", undefined],
  [undefined, undefined],
])("a registry asks: %s", (header, challenge) => {
  expect(parseChallenge(header)).toEqual(challenge);
});

test("limits and patience", () => {
  const limit = rateLimit({ "ratelimit-limit": "100;w=21600", "ratelimit-remaining": "76;w=21600" });
  expect(limit && rateLimitText(limit)).toBe("76 of 100 pulls in 6 h are left");
  expect(rateLimitText({ remaining: 3 })).toBe("3 pulls are left");
  expect(rateLimit({})).toBeUndefined();
  expect(retryAfter({ "retry-after": "30" })).toBe(30);
  const date = "Wed, 21 Oct 2026 07:28:00 GMT";
  expect(retryAfter({ "retry-after": "Wed, 21 Oct 2026 07:29:30 GMT", date })).toBe(90);
  expect(retryAfter({ "retry-after": "soon" })).toBeUndefined();
});
