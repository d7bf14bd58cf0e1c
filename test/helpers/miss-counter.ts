import { spawn } from "node:child_process";
import { once } from "node:events";
import type { VmNamespace } from "./vm-namespace.ts";

/**
 * A plain shell loop with curl beside a drill, which knows nothing of how the drill counts: one line a request with
 * its time and status. It ends when its input does.
 */
const loop = `
while true; do
  read -r -t 0.15 _
  [ $? -gt 128 ] || break
  echo "$(date +%s%3N) $(curl --silent --output /dev/null --max-time "$2" --write-out '%{http_code}' "$1")"
done
`;

export interface MissCounter {
  /** Ends the loop; the outage runs from the last 200 before the first miss to the first 200 after the last. */
  stop(): Promise<{ requests: number; misses: number; outageMs: number }>;
}

/** @param patienceS how long it waits for an answer */
export function countMisses(namespace: VmNamespace, url: string, patienceS: number): MissCounter {
  const { file, args } = namespace.command({ file: "bash", args: ["-c", loop, "loop", url, `${patienceS}`] });
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const ended = once(child, "close");
  return {
    stop: async () => {
      child.stdin.end();
      await ended;
      return summarise(text);
    },
  };
}

export function summarise(text: string): { requests: number; misses: number; outageMs: number } {
  const lines = text
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const seen = lines.map(([at, status]) => ({ at: Number(at), good: status === "200" }));
  const first = seen.findIndex(({ good }) => !good);
  const last = seen.findLastIndex(({ good }) => !good);
  const from = seen[Math.max(0, first - 1)]?.at ?? 0;
  const to = seen[Math.min(seen.length - 1, last + 1)]?.at ?? 0;
  return {
    requests: seen.length,
    misses: seen.filter(({ good }) => !good).length,
    outageMs: first === -1 ? 0 : to - from,
  };
}
