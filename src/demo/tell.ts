import { pages } from "../lab/catalogue/index.ts";
import type { Lab } from "../lab/model.ts";
import { formatTable } from "../ui/table.ts";
import { commandFor } from "./visit.ts";
import type { WayIn } from "./ways-in.ts";

/** A way in as `--json` tells it. */
export function wayJson(way: WayIn) {
  const { name, url, host } = way;
  return { way: name, url, ...(host !== undefined && { host }), command: commandFor(way) };
}

/** Where the app is served, how to get there, and the lab's pages: lines. */
export function demoText(
  lab: Lab,
  id: string,
  tasks: readonly string[],
  ways: readonly WayIn[],
): readonly string[] {
  const listed = pages(lab).map(({ title, url }) => [title, url]);
  return [...served(id, tasks, ways), ...table(listed)];
}

function served(id: string, tasks: readonly string[], ways: readonly WayIn[]): readonly string[] {
  const at = tasks.join(", ");
  const [first] = ways;
  if (first === undefined) return [`${id} runs at ${at}, and no way of discovery serves it`];
  if (ways.length === 1 && first.resolve === undefined)
    return [`${id} answers at ${first.url}, served by ${at}`];
  const rows = ways.map((way) => [` ${way.name}`, commandFor(way)]);
  return [`${id} is served by ${at}; ways in:`, ...table(rows), ""];
}

function table(rows: readonly (readonly string[])[]): string[] {
  // Addresses and commands are to be copied: they are not cut to the terminal's width.
  return formatTable([{ title: "" }, { title: "" }], rows, { width: Number.POSITIVE_INFINITY });
}
