import { drills } from "../../src/drills/catalogue.ts";

/** Each drill with what it does. */
export function drillsTable(): string {
  const rows = drills.map(({ name, help }) => `| \`${name}\` | ${help} |`);
  return ["| drill | what it does |", "|---|---|", ...rows].join("\n");
}
