import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Tells the fake programs how to behave: they read it from the home folder that they are given. */
export function tellFakes(home: string, settings: Readonly<Record<string, string>>): void {
  const quoted = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
  const lines = Object.entries(settings).map(([name, value]) => `export ${name}=${quoted(value)}`);
  writeFileSync(join(home, ".fake"), `${lines.join("\n")}\n`);
}

/** What of an environment is for the fakes, and what for the tool. */
export function forFakes(env: NodeJS.ProcessEnv): {
  told: Record<string, string>;
  others: NodeJS.ProcessEnv;
} {
  const entries = Object.entries(env);
  const isForFakes = ([name]: [string, unknown]) => name.startsWith("FAKE_");
  return {
    told: Object.fromEntries(entries.filter(isForFakes)) as Record<string, string>,
    others: Object.fromEntries(entries.filter((entry) => !isForFakes(entry))),
  };
}
