/**
 * Whether a proxy's server is a task. Proxies name their servers after tasks, each in its own way, and each name ends with the
 * task's address and port: `::tomcat-10.0.0.2-31000`, `10_0_0_2_31000`, `10.0.0.2:31000`.
 * @param place `host:port`
 */
export function isNamedAfter(server: string, place: string): boolean {
  return `-${plain(server)}`.endsWith(`-${plain(place)}`);
}

function plain(text: string): string {
  return text.replaceAll(/[^\da-z]/gi, "-");
}
