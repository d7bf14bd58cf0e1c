import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { documents } from "../../../scripts/docs/documents.ts";
import { missing } from "../../helpers/missing.ts";

test.each(Object.entries(documents))("%s is what the code says; else: npm run docs", (path, make) => {
  const text = readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
  expect(make(text)).toBe(text);
});

const noGroff = missing("groff");
test.skipIf(noGroff !== "")(`groff has nothing to say against the manual page${noGroff}`, () => {
  const page = fileURLToPath(new URL("../../../docs/mesos-lab.1", import.meta.url));
  const { status, stderr } = spawnSync("groff", ["-man", "-Tutf8", "-ww", "-z", page], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
