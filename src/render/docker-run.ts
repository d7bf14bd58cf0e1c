import type { Container } from "../lab/catalogue/container.ts";

/** A container as the `docker run` command that a person would type, one flag a line. */
export function dockerRun(container: Container): string {
  const flags = [
    ...(container.network === "host" ? ["--net=host"] : []),
    ...(container.pid ? [`--pid=${container.pid}`] : []),
    ...(container.privileged ? ["--privileged=true"] : []),
    ...(container.ports ?? []).map((port) => `-p ${port}`),
    `--name=${container.name}`,
    ...(container.volumes ?? []).map((volume) => `-v ${volume}`),
    ...Object.entries(container.env ?? {}).map(([key, value]) => `-e ${key}=${quoted(value)}`),
    ...(container.restart ? [`--restart=${container.restart}`] : []),
    ...Object.entries(container.logOptions ?? {}).map(([key, value]) => `--log-opt ${key}=${value}`),
    container.image,
    ...pairs(container.args ?? []),
  ];
  return `docker run -d \\\n${flags.map((flag) => `    ${flag}`).join(" \\\n")}`;
}

/** Arguments with each flag and its value on one line. */
function pairs(args: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const arg of args) {
    const last = lines.at(-1);
    if (!arg.startsWith("-") && last !== undefined && /^-\S+$/.test(last))
      lines[lines.length - 1] = `${last} ${quoted(arg)}`;
    else lines.push(quoted(arg));
  }
  return lines;
}

function quoted(value: string): string {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
