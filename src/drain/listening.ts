import { connect } from "node:net";
import { waitFor } from "../probes/wait.ts";
import { type Mover, runningLimitMs, unmoved } from "./mover.ts";
import type { Place } from "./routes.ts";

const lookMs = 50;
const answerMs = 2_000;
/** A port forwarder takes a connection before its container does, and ends it then. */
const stayMs = 100;

/** Where the old tasks listen: a task runs before it does, unless the app has health checks. */
export async function untilListening(
  { signal, say }: Mover,
  id: string,
  { fresh, old }: { readonly fresh: readonly Place[]; readonly old: readonly Place[] },
): Promise<void> {
  const did = await Promise.all(old.map(isListening));
  if (!did.includes(true)) return;
  const waited = await waitFor(
    async () => {
      const is = await Promise.all(fresh.map(isListening));
      const silent = fresh.filter((_, index) => is[index] !== true);
      if (silent.length === 0) return { ok: true, value: undefined };
      const seen = `${id}: nothing listens at ${silent.join(" ")}`;
      say(seen);
      return { ok: false, seen };
    },
    { timeoutMs: runningLimitMs, intervalMs: lookMs, signal },
  );
  if (!waited.ok) throw unmoved(id, waited.seen);
}

/** Whether something listens at `host:port`: takes a connection, and does not end it at once. */
function isListening(place: Place): Promise<boolean> {
  const colon = place.lastIndexOf(":");
  const [host, port] = [place.slice(0, colon), Number(place.slice(colon + 1))];
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const tell = (is: boolean) => {
      resolve(is);
      socket.destroy();
    };
    socket.setTimeout(answerMs, () => tell(false));
    socket.once("connect", () => setTimeout(() => tell(true), stayMs));
    socket.once("error", () => tell(false));
    socket.once("close", () => tell(false));
    // What is sent is not read: without this its end would not be noticed.
    socket.resume();
  });
}
