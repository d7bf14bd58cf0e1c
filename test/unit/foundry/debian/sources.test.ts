import { expect, test } from "vitest";
import {
  buildSources,
  findMirror,
  guestSources,
  parseDeb822Sources,
  parseOneLineSources,
} from "../../../../src/foundry/debian/sources.ts";

test("one-line sources: options, comments, and what is no Debian package", () => {
  const text = `
# deb http://off.example/debian bookworm main
deb [arch=amd64 signed-by=/keys/a.gpg] http://one.example/debian/ bookworm main contrib # here
deb-src http://one.example/debian bookworm main
deb cdrom:[Debian]/ bookworm main
  deb [trusted=yes] http://two.example/debian bookworm-security main
`;
  expect(parseOneLineSources(text)).toEqual([
    {
      uri: "http://one.example/debian",
      suites: ["bookworm"],
      components: ["main", "contrib"],
      signedBy: "/keys/a.gpg",
      trusted: false,
    },
    { uri: "http://two.example/debian", suites: ["bookworm-security"], components: ["main"], trusted: true },
  ]);
});

test("deb822 sources: several addresses and suites, folded fields, disabled paragraphs", () => {
  const text = `Types: deb deb-src
# a comment within
URIs: http://one.example/debian
 http://two.example/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By: /keys/a.gpg

Types: deb
uris: http://three.example/security
suites: bookworm-security
components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://off.example
Suites: bookworm
Components: main
Enabled: no

Types: deb-src
URIs: http://src.example
Suites: bookworm
Components: main
`;
  const found = parseDeb822Sources(text);
  expect(found.map(({ uri }) => uri)).toEqual([
    "http://one.example/debian",
    "http://two.example/debian",
    "http://three.example/security",
  ]);
  expect(found[0]).toMatchObject({ suites: ["bookworm", "bookworm-updates"], signedBy: "/keys/a.gpg" });
  expect(found[2]?.signedBy).toBeUndefined();
});

const from = (text: string) => findMirror(parseOneLineSources(text), "bookworm");

test("the mirror of the release is preferred to that of another one, and security is found beside it", () => {
  const mirror = from(`deb http://trixie.example/debian trixie main
deb http://bookworm.example/debian bookworm main
deb http://security.example/debian-security bookworm-security main`);
  expect(mirror?.archive.uri).toBe("http://bookworm.example/debian");
  expect(mirror?.security?.uri).toBe("http://security.example/debian-security");
  expect(from("deb http://trixie.example/debian trixie main")?.archive.uri).toBe(
    "http://trixie.example/debian",
  );
});

test("neither Ubuntu's archive nor one without main is a Debian mirror", () => {
  expect(from("deb http://ubuntu.example/ubuntu jammy main")).toBeUndefined();
  expect(from("deb http://one.example/debian bookworm contrib")).toBeUndefined();
  expect(from("deb http://one.example/debian bookworm-backports main")).toBeUndefined();
});

test("passwords and keyrings stay on the host", () => {
  const mirror = from(`deb [signed-by=/keys/a.gpg] https://me:secret@one.example/debian bookworm main
deb http://security.example/debian-security bookworm-security main`);
  if (mirror === undefined) throw new Error("no mirror");
  expect(buildSources(mirror, "bookworm")).toBe(
    "deb [signed-by=/keys/a.gpg] https://me:secret@one.example/debian bookworm main\n" +
      "deb http://security.example/debian-security bookworm-security main\n",
  );
  expect(guestSources(mirror, "bookworm")).toBe(
    "deb https://one.example/debian bookworm main\n" +
      "deb http://security.example/debian-security bookworm-security main\n",
  );
});
