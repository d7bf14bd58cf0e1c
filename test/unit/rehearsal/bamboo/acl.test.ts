import { describe, expect, test } from "vitest";
import { parseAcl } from "../../../../src/rehearsal/bamboo/acl.ts";

const request = (path: string, headers: Record<string, string> = {}, method = "GET") => ({
  method,
  path,
  headers,
});

describe("the built-in proxy's ACLs", () => {
  test.each<[string, ReturnType<typeof request>, boolean]>([
    ["path_beg -i /", request("/any"), true],
    ["path_beg /Shop", request("/shop"), false],
    ["path_beg -i /Shop", request("/shopping"), true],
    ["path_beg /a /b", request("/b/1"), true],
    ["path /a", request("/a/b"), false],
    ["path_end .png", request("/x.png"), true],
    ["path_sub mid", request("/a/mid/b"), true],
    ["path_dir b/c", request("/a/b/c/d"), true],
    ["path_dir b/c", request("/a/bb/c"), false],
    ["path_reg ^/v[0-9]+/", request("/v2/apps"), true],
    ["hdr(host) -i shop.example", request("/", { host: "SHOP.example" }), true],
    ["hdr(Host) shop.example", request("/", { host: "other.example" }), false],
    ["hdr(host) shop.example", request("/"), false],
    ["hdr_dom(host) -i example", request("/", { host: "a.example:8081" }), true],
    ["hdr_beg(host) -i www.", request("/", { host: "www.x" }), true],
    ["hdr(accept) text/html", request("/", { accept: "text/plain, text/html" }), true],
    ["method POST PUT", request("/", {}, "PUT"), true],
    ["path_beg -- -i", request("-i"), true],
  ])("%s on %j: %s", (acl, facts, fits) => {
    expect(parseAcl(acl)(facts)).toBe(fits);
  });

  test.each([
    ["src 10.0.0.0/8", "'src'"],
    ["path_beg", "'path_beg' without a value"],
    ["path_dom x", "'path_dom'"],
    ["hdr host", "'hdr'"],
    ["path_beg -f file", "the flag '-f'"],
    ["path_beg /a || path_beg /b", "'||'"],
    ['path_beg "/a b"', `'"/a'`],
    ["path_reg (", "the expression '('"],
    // Neither may take longer than the path is long.
    ["path_reg (a)\\1", "'(a)\\1'"],
    ["path_reg (?=a)b", "Cannot be executed in linear time"],
    ["", "''"],
  ])("%s is refused, with the words that are not understood", (acl, words) => {
    expect(() => parseAcl(acl)).toThrow(words);
  });
});

test("an expression that goes back and forth elsewhere is soon done with", () => {
  const matches = parseAcl("path_reg ^/(a+)+$");
  const facts = (path: string) => ({ method: "GET", path, headers: {} });
  expect(matches(facts(`/${"a".repeat(20_000)}!`))).toBe(false);
  expect(matches(facts("/aaa"))).toBe(true);
  expect(parseAcl("path_reg -i ^/API/[0-9]+$")(facts("/api/7"))).toBe(true);
});
