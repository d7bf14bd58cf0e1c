import type { z } from "zod";
import { formatError } from "../../src/errors.ts";
import { defaultPorts, imagesOf } from "../../src/lab/catalogue/index.ts";
import {
  defaultBox,
  defaultCpus,
  defaultMachines,
  defaultMemory,
  defaultName,
  defaultProvider,
  defaultRunsOn,
  defaultStack,
  labFileName,
  otherStack,
} from "../../src/lab/defaults.ts";
import { parseLab } from "../../src/lab/parse.ts";
import { labFileSchema, rules } from "../../src/lab/schema.ts";

/** A lab file that sets every kind of field; tests hold it to be right. */
export const labFileExample = `# yaml-language-server: $schema=docs/lab-file.schema.json
name: wide-lab            # generated/wide-lab/
stack: classic
provider: virtualbox
box:
  name: bento/ubuntu-20.04
  version: "202407.23.0" # a version with one dot needs the quotes
machines:                 # instead of the tutorial's two
  - name: master
    ip: 192.168.56.18     # VirtualBox allows 192.168.56.0/21 without further settings
    memory: 3072          # MiB
    cpus: 2
    services: [zookeeper, mesos-master, marathon, bamboo]
  - name: slave-1
    ip: 192.168.56.19
    services: [mesos-slave]
  - name: slave-2
    ip: 192.168.56.20
    memory: 1536
    services: [mesos-slave]
discovery: [bamboo, mesos-dns, haproxy-marathon-bridge]
images:
  tomcat: tomcat:8.0-jre8
ports:
  haproxy: 8081
`;

/** A lab file with mistakes, for the docs to show what comes of it. */
export const labFileMistakes = `name: My_Lab
providr: libvirt
machines:
  - {name: master, ip: 192.168.33.999, memory: 2G, services: [zookeeper, mesos-master, marathon]}
  - {name: slave, ip: 192.168.33.19, services: [mesos-slav]}
  - {name: slave, ip: 192.168.33.19, services: [mesos-slave]}
`;

const defaults: Record<string, string> = {
  name: code(defaultName),
  runsOn: code(defaultRunsOn),
  stack: `${code(defaultStack)}; hosts and embedded always ${code(otherStack)}`,
  provider: code(defaultProvider),
  "box.name": `classic ${code(defaultBox("classic", "virtualbox").name)}, rehearsal ${code(defaultBox("rehearsal", "virtualbox").name)}; with libvirt ${code(defaultBox("classic", "libvirt").name)}, ${code(defaultBox("rehearsal", "libvirt").name)}`,
  "box.version": `the default box's: classic ${code(defaultBox("classic", "virtualbox").version ?? "any")}, rehearsal ${code(defaultBox("rehearsal", "virtualbox").version ?? "any")}; with libvirt ${defaultBox("classic", "libvirt").version ?? "any"}, ${code(defaultBox("rehearsal", "libvirt").version ?? "any")}`,
  "box.url": "none: the box is fetched from its catalogue",
  machines: defaultMachines
    .map(({ name, ip, services }) => `${name} ${ip} (${services.join(", ")})`)
    .join("; "),
  "machines[].memory": `${defaultMemory("vagrant", "classic", [])}; rehearsal in virtual machines ${defaultMemory("vagrant", "rehearsal", [])}, where master and slave are not on one`,
  "machines[].cpus": String(defaultCpus),
  discovery: "the methods that the machines list",
  ...prefixed("images", imagesOf("classic", false)),
  ...prefixed("ports", defaultPorts),
};

/** docs/lab-file.md */
export function labFileDoc(): string {
  return `# The lab file

<!-- Made from src/lab/schema.ts and src/lab/defaults.ts by npm run docs. -->

\`${labFileName}\` is optional: without it, or with an empty one, the lab is the tutorial's. Flags override the file, the file
overrides the defaults. Editors complete and check it with [lab-file.schema.json](lab-file.schema.json).

## Fields

| field | type | default | rule | meaning |
|---|---|---|---|---|
${rows(labFileSchema, "")}

Defaults of \`images\` are those of the stack \`classic\`; those of \`rehearsal\` are \`mesos-lab/<service>:rehearsal\`.

## Rules between fields

- Machines have different names and different addresses, all in one /24 network and none of them .0, .1 or .255. On hosts
  any private address will do: there Vagrant makes no network, and no address of this computer is taken.
- A service stands at most once in a machine's list. Over all machines zookeeper, mesos-master, mesos-slave and marathon run at
  least once, and the number of zookeeper is odd.
- Services on one machine have different ports; ZooKeeper's is 2181, marathon-lb has 443, 9090 and 9091.
- One owns port 80: Bamboo's HAProxy where it runs, and marathon-lb beside it serves its virtual hosts at 8081.
- marathon-lb and haproxy-marathon-bridge run on different machines: both bind the applications' service ports.
- An embedded lab has the stack rehearsal. Its machines are loopback addresses: 127.0.33.18 stands for 192.168.33.18, and an
  address of 127.0.0.0/8 makes a lab embedded unless \`runsOn\` says otherwise, which is a mistake then.
- On hosts the lab file lists its machines, and the stack is rehearsal: [hosts.md](hosts.md). What says how SSH gets to one
  (\`ssh\`, of all machines or of one) makes a lab run on hosts unless \`runsOn\` says otherwise; elsewhere it is not read,
  as \`memory\`, \`cpus\` and \`box\` are not read on hosts. Beside \`alias\` nothing else stands in a machine's \`ssh\`.
- \`box.version\` and \`box.url\` belong to one box: naming a box drops the default's, and \`--box\` drops the file's.

## Flags

\`--runs-on\` overrides \`runsOn\`. \`--name\`, \`--stack\`, \`--provider\`, \`--box\`, \`--box-version\` and \`--box-url\` override the field of that name; \`--memory\` and
\`--cpus\` hold for every machine; \`--master-ip\` and \`--slave-ip\` for the first machine that runs mesos-master or mesos-slave.
\`--discovery\` may be repeated, once for each method, and replaces the file's list.

## Example

\`\`\`yaml
${labFileExample}\`\`\`

## Mistakes

All mistakes are told at once, each with line and column, and nothing is changed; the exit code is 2. This file

\`\`\`yaml
${labFileMistakes}\`\`\`

gives with \`--cpus many\`

\`\`\`text
${mistakesText()}
\`\`\`
`;
}

function rows(schema: z.core.$ZodObject, prefix: string): string {
  return Object.entries(schema._zod.def.shape)
    .flatMap(([key, wrapped]) => {
      const optional = wrapped._zod.def.type === "optional";
      const field = optional ? (wrapped as z.ZodOptional)._zod.def.innerType : wrapped;
      const { type } = field._zod.def;
      const path = `${prefix}${key}`;
      const words = [typeName(type), defaults[path] ?? (optional ? "" : "required"), rules.get(field)?.rule];
      const own = `| \`${path}\` | ${words.map(cell).join(" | ")} | ${cell((field as z.ZodType).description)} |`;
      const inner = type === "array" ? (field as z.ZodArray)._zod.def.element : field;
      if (inner._zod.def.type !== "object") return [own];
      return [own, rows(inner as z.core.$ZodObject, `${path}${type === "array" ? "[]" : ""}.`)];
    })
    .join("\n");
}

function typeName(type: string): string {
  const names: Record<string, string> = { string: "text", enum: "text", object: "mapping", array: "list" };
  return names[type] ?? type;
}

function cell(text = ""): string {
  return text.replaceAll("|", "\\|");
}

function prefixed(prefix: string, values: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, code(value)]));
}

function code(value: string | number): string {
  return `\`${value}\``;
}

function mistakesText(): string {
  try {
    parseLab({ text: labFileMistakes, file: labFileName }, { cpus: "many" });
  } catch (error) {
    return formatError(error);
  }
  throw new Error("the docs' sample of mistakes has none");
}
