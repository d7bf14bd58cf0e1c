import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { exitCodes, LabError } from "../../../src/errors.ts";
import type { Lab } from "../../../src/lab/model.ts";
import { parseLab } from "../../../src/lab/parse.ts";
import { isBuiltHere } from "../../../src/lab/pins.ts";
import { onVagrant } from "../../../src/lab/runs.ts";
import type { RenderedFile } from "../../../src/render/files.ts";
import { groupVariables, hostVariables, inventory } from "../../../src/render/inventory.ts";
import { renderLab } from "../../../src/render/lab.ts";
import { readTemplates } from "../../../src/tools/files.ts";
import type { Stress } from "../stress.ts";
import { labText } from "./lab-texts.ts";
import { randomOf } from "./random.ts";
import { startReader } from "./reader.ts";

/** Of the processor's time: what else runs on this host does not count. */
const slowMs = 1_000;
/** More than this is no message that a person reads. */
const longest = 20_000;

/** Lab files and flags of all kinds: each is a lab or a mistake in words, soon; what is rendered is read as it was meant. */
export const fuzzLabs: Stress = async ({ count, seed, part, say }) => {
  const templates = readTemplates();
  const python = startReader(pythonOfAnsible(), new URL("read-back.py", import.meta.url));
  const ruby = startReader("ruby", new URL("read-back.rb", import.meta.url));
  const failures: string[] = [];
  const seen = { labs: 0, mistakes: 0, slowestMs: 0, longestMessage: 0 };
  try {
    for (let i = part.number - 1; i < count; i += part.of) {
      // Each case by itself, so that one can be tried again alone.
      const random = randomOf(seed * 1_000_003 + i);
      const { text, flags } = labText(random);
      const fail = (what: string) => failures.push(`case ${i} of seed ${seed}: ${what}`);
      const begin = process.cpuUsage();
      const outcome = tried(() => {
        const lab = parseLab({ text, file: "mesos-lab.yaml" }, flags);
        return { lab, files: renderLab(lab, templates) };
      });
      const { user, system } = process.cpuUsage(begin);
      const took = (user + system) / 1_000;
      seen.slowestMs = Math.max(seen.slowestMs, took);
      if (took > slowMs) fail(`took ${Math.round(took)} ms`);
      if ("error" in outcome) {
        seen.mistakes += 1;
        const { error } = outcome;
        if (!(error instanceof LabError) || error.exitCode !== exitCodes.usage)
          fail(`${(error as Error)?.stack ?? error}`);
        else {
          const said = [error.message, ...error.details, ...error.remedy].join("\n");
          seen.longestMessage = Math.max(seen.longestMessage, said.length);
          if (said.length > longest) fail(`says ${said.length} characters`);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may reach a terminal
          if (/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(said))
            fail(`says raw control characters: ${JSON.stringify(said)}`);
        }
      } else {
        seen.labs += 1;
        const { lab, files } = outcome;
        const asked = [
          python.ask({ files: yamlOf(lab, files) }),
          ...vagrantOf(lab, files).map((each) => ruby.ask(each)),
        ];
        for (const difference of (await Promise.all(asked)).flat()) fail(difference);
      }
      if (i % 5_000 < part.of) say(`${i} of ${count}: ${JSON.stringify(seen)}, ${failures.length} failed`);
    }
  } finally {
    await Promise.all([python.close(), ruby.close()]);
  }
  say(
    `${seen.labs} labs read back, ${seen.mistakes} mistakes told; slowest ${Math.round(seen.slowestMs)} ms of processor time`,
  );
  return failures;
};

function tried<T>(work: () => T): T | { readonly error: unknown } {
  try {
    return work();
  } catch (error) {
    return { error };
  }
}

/** The one that has Ansible's modules, wherever that was installed. */
function pythonOfAnsible(): string {
  const program = execFileSync("which", ["ansible-playbook"], { encoding: "utf8" }).trim();
  return /^#! ?(\S+)/.exec(readFileSync(program, "utf8"))?.[1] ?? "python3";
}

/** A text that Ansible is not to take for a template. */
const unsafe = { tag: "!unsafe", resolve: (text: string) => text };

/** The YAML files, and what they are meant to say: the data that they were made of, where that can be had. */
function yamlOf(lab: Lab, files: readonly RenderedFile[]): object[] {
  const meant = new Map<string, object>();
  if (lab.runs.kind !== "embedded") {
    meant.set("inventory.yml", inventory(lab)).set("group_vars/all.yml", groupVariables(lab));
    for (const machine of lab.machines)
      meant.set(`host_vars/${machine.name}.yml`, hostVariables(lab, machine));
  }
  return files
    .filter(({ path }) => path.endsWith(".yml") && !path.startsWith("roles/"))
    .map(({ path, contents }) => ({
      ...{ path, text: contents },
      data: meant.get(path) ?? parse(contents, { version: "1.1", customTags: [unsafe] }),
    }));
}

function vagrantOf(lab: Lab, files: readonly RenderedFile[]): object[] {
  const machines = onVagrant(lab);
  const file = files.find(({ path }) => path === "Vagrantfile");
  if (machines === undefined || file === undefined) return [];
  const { name, version, url } = machines.runs.box;
  return [
    {
      vagrantfile: file.contents,
      box: { name, version: version ?? null, url: url ?? null },
      builtHere: isBuiltHere(machines.runs.box),
      machines: lab.machines,
    },
  ];
}
