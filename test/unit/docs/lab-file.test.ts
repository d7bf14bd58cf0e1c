import { expect, test } from "vitest";
import { labFileExample } from "../../../scripts/docs/lab-file.ts";
import { labFileJsonSchema } from "../../../scripts/docs/lab-file-schema.ts";
import { parseLab } from "../../../src/lab/parse.ts";
import { onVagrant } from "../../../src/lab/runs.ts";

test("every field has a description", () => {
  const bare: string[] = [];
  const walk = (node: { properties?: object; items?: object; description?: string }, path: string) => {
    if (node.description === undefined) bare.push(path);
    for (const [key, child] of Object.entries(node.properties ?? {})) walk(child, `${path}.${key}`);
    if (node.items !== undefined) walk(node.items, `${path}[]`);
  };
  walk(JSON.parse(labFileJsonSchema()), "");
  expect(bare).toEqual([]);
});

test("the example is a right lab file, and sets what it seems to", () => {
  const lab = parseLab({ text: labFileExample, file: "mesos-lab.yaml" }, {});
  expect(lab.machines.map(({ name, memory, cpus }) => [name, memory, cpus])).toEqual([
    ["master", 3072, 2],
    ["slave-1", 2048, 2],
    ["slave-2", 1536, 2],
  ]);
  expect(onVagrant(lab)?.runs.box).toEqual({ name: "bento/ubuntu-20.04", version: "202407.23.0" });
  expect(lab.images.tomcat).toBe("tomcat:8.0-jre8");
  expect(lab.ports).toMatchObject({ haproxy: 8081, bamboo: 8000 });
});
