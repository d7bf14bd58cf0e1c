/** Reads the percentage of the way that a program has come off a line that it prints; undefined: off another line. */
export type PercentOf = (line: string) => number | undefined;

/**
 * Reads apt's lines. Its own status (`APT::Status-Fd`) is of no use here: on stdout it takes that away from the
 * packages' scripts, which fail then.
 */
export function aptProgress(): PercentOf {
  let packages = 0;
  let steps = 0;
  return (line) => {
    const announced = /^\d+ upgraded, (\d+) newly installed/.exec(line)?.[1];
    if (announced !== undefined) packages = Number(announced);
    const fetched = /^Get:(\d+) /.exec(line)?.[1];
    // Both happen to every package.
    if (/^(Unpacking|Setting up) /.test(line)) steps += 1;
    else if (fetched === undefined) return undefined;
    return packages === 0
      ? undefined
      : (100 * (fetched === undefined ? steps / 2 : Number(fetched))) / packages;
  };
}

/** Reads what `qemu-img -p` prints: `(42.51/100%)`. */
export const qemuProgress: PercentOf = (line) => {
  const match = /\((\d+\.\d+)\/100%\)/.exec(line);
  return match === null ? undefined : Number(match[1]);
};

/** Takes a program's lines and tells of each tenth of the way that it has come: a line each, where lines are kept. */
export function tellTenths(
  percentOf: PercentOf,
  tell: ((text: string) => void) | undefined,
  doing: string,
): (line: string) => void {
  let last = -1;
  return (line) => {
    const percent = percentOf(line);
    if (percent === undefined) return;
    const tenth = Math.floor(percent / 10);
    if (tenth === last) return;
    last = tenth;
    tell?.(`${doing}: ${tenth * 10} %`);
  };
}
