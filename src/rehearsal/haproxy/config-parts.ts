/** A configuration of HAProxy as lines in sections, so that what one application is wrong about can be left out of it. */

const heading = /^(global|defaults|frontend|backend|listen|userlist|peers|resolvers)\b\s*(\S*)/;

/** What nothing works without: the balancer's own pages and its shared frontends. Their lines go one by one. */
const shared = new Set(["http-in", "stats", "marathon_http_in", "marathon_http_appid_in", "about_itself"]);

/** A `bind` line of a section that belongs to one application. */
export interface AppBind {
  /** Counted from 0. */
  readonly line: number;
  readonly host: string;
  readonly port: number;
}

interface Section {
  readonly name: string;
  readonly from: number;
  /** Behind its last line. */
  readonly to: number;
  readonly ofOneApp: boolean;
}

function sectionsOf(lines: readonly string[]): readonly Section[] {
  const starts = lines.flatMap((line, index) => (heading.test(line) ? [index] : []));
  return starts.map((from, index) => {
    const [, kind = "", name = ""] = heading.exec(lines[from] ?? "") ?? [];
    const ofOneApp = name !== "" && kind !== "defaults" && !shared.has(name);
    return { name, from, to: starts[index + 1] ?? lines.length, ofOneApp };
  });
}

/** The addresses that applications have of their own, besides those that all share. */
export function appBinds(text: string): readonly AppBind[] {
  const lines = text.split("\n");
  return sectionsOf(lines)
    .filter(({ ofOneApp }) => ofOneApp)
    .flatMap(({ from, to }) =>
      lines.slice(from, to).flatMap((line, offset) => {
        const [, host, port] = /^\s*bind\s+([^\s:]*):(\d+)/.exec(line) ?? [];
        return port === undefined
          ? []
          : [
              {
                line: from + offset,
                host: host === "" || host === undefined ? "*" : host,
                port: Number(port),
              },
            ];
      }),
    );
}

/**
 * The configuration without what is wrong: the whole section where it is of one application, else the line.
 * @param wrong line numbers, counted from 0.
 * @returns the names of the sections and the lines that were left out.
 */
export function without(
  text: string,
  wrong: readonly number[],
): { readonly text: string; readonly left: readonly string[] } {
  const lines = text.split("\n");
  const sections = sectionsOf(lines);
  const dropped = new Set<number>();
  const left = new Set<string>();
  for (const number of wrong) {
    const section = sections.find(({ from, to }) => from <= number && number < to);
    if (section?.ofOneApp) {
      for (let index = section.from; index < section.to; index += 1) dropped.add(index);
      left.add(section.name);
    } else if (number >= 0 && number < lines.length) {
      dropped.add(number);
      left.add((lines[number] ?? "").trim());
    }
  }
  return { text: lines.filter((_, index) => !dropped.has(index)).join("\n"), left: [...left] };
}

/** The lines that HAProxy complains about, counted from 0: `[ALERT] (1) : config : parsing [/x/haproxy.cfg:12] : …`. */
export function linesIn(complaint: string, file: string): readonly number[] {
  return complaint
    .split("\n")
    .filter((line) => line.startsWith("[ALERT]"))
    .flatMap((line) => {
      const at = line.indexOf(`${file}:`);
      const number = at < 0 ? Number.NaN : Number.parseInt(line.slice(at + file.length + 1), 10);
      return Number.isNaN(number) ? [] : [number - 1];
    });
}
