import { expect, test } from "vitest";
import { throughProxy } from "../../../src/preflight/proxy.ts";

const lab = ["192.168.33.18", "192.168.33.19"];
const proxy = "http://proxy.test:3128";
const both = "192.168.33.18 and 192.168.33.19";

test.each<[string, Record<string, string>, string | undefined, string?]>([
  ["no proxy", {}, undefined],
  ["an empty one", { http_proxy: "" }, undefined],
  ["for https only", { https_proxy: proxy }, undefined],
  ["without exceptions", { http_proxy: proxy }, both, 'export no_proxy="192.168.33.18,192.168.33.19"'],
  [
    "with others' exceptions",
    { http_proxy: proxy, no_proxy: "localhost,127.0.0.1, .example.com" },
    both,
    'export no_proxy="$no_proxy,192.168.33.18,192.168.33.19"',
  ],
  [
    "with one machine excepted, in capitals",
    { all_proxy: proxy, NO_PROXY: "192.168.33.18" },
    "192.168.33.19",
    'export NO_PROXY="$NO_PROXY,192.168.33.19"',
  ],
  [
    "for other programs than curl",
    { HTTP_PROXY: proxy },
    both,
    'export no_proxy="192.168.33.18,192.168.33.19"',
  ],
  ["both excepted", { http_proxy: proxy, no_proxy: "192.168.33.18 192.168.33.19" }, undefined],
  ["their network excepted", { http_proxy: proxy, no_proxy: "10.0.0.0/8,192.168.33.0/24" }, undefined],
  ["everything excepted", { http_proxy: proxy, no_proxy: "*" }, undefined],
  ["what is no address", { http_proxy: proxy, no_proxy: "192.168.33.0/99,::1,/,192.168.33" }, both],
])("%s", (_, env, unnamed, remedy) => {
  const findings = throughProxy(lab, env);
  expect(findings).toHaveLength(unnamed === undefined ? 0 : 1);
  if (unnamed === undefined) return;
  expect(findings[0]).toMatchObject({ level: "warn", subject: "proxy" });
  expect(findings[0]?.seen).toContain(`does not name ${unnamed}:`);
  if (remedy !== undefined) expect(findings[0]?.remedy).toBe(remedy);
});
