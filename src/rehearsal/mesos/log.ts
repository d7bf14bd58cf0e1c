/** Writes a program's log lines to stderr, where `docker logs` looks for them. */
export function logLine(program: string): (line: string) => void {
  return (line) => process.stderr.write(`${new Date().toISOString()} ${program}: ${line}\n`);
}
