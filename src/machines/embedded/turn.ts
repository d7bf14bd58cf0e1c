import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { availableParallelism } from "node:os";
import { LabError } from "../../errors.ts";

/**
 * Labs that start at once on one host start in turn, as many together as it has processors: thirty that start together
 * spend twice the processor time of thirty of which two start together, since two hundred programs then share caches and
 * time that are made for a few.
 *
 * A turn is a Unix socket with a name in Linux' abstract space, which the kernel frees however its holder ends: unix(7).
 * Where there is no such space, nobody waits.
 */

/** Nobody waits longer than this for a turn while no other lab comes up: those before it may be stuck. */
const patienceMs = 10_000;

export interface TurnOptions {
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** How many may start together, and how the turns are called; a test's own. */
  readonly places?: number;
  readonly name?: string;
}

/**
 * Does work when it is this lab's turn to start.
 * @throws LabError `interrupted` on abort while waiting; what the work throws.
 */
export async function inTurn<T>(options: TurnOptions, work: () => Promise<T>): Promise<T> {
  const turn = await takeTurn(options);
  try {
    return await work();
  } finally {
    turn?.end();
  }
}

interface Turn {
  readonly end: () => void;
}

async function takeTurn({ signal, say, ...options }: TurnOptions): Promise<Turn | undefined> {
  const { places = availableParallelism(), name = "mesos-lab-start" } = options;
  const sockets = Array.from({ length: places }, (_, place) => `\0${name}-${place}`);
  for (;;) {
    for (const socket of sockets) {
      const turn = await hold(socket);
      if (turn !== "taken") return turn;
    }
    say(`waiting while ${places === 1 ? "another lab starts" : `${places} other labs start`} here`);
    const someoneLeft = await firstToLeave(sockets, signal);
    if (signal.aborted)
      throw new LabError("interrupted", "interrupted while waiting for other labs to start");
    if (!someoneLeft) return undefined;
  }
}

/** The turn of that name, `taken`, or undefined where the system has no such names. */
async function hold(socket: string): Promise<Turn | "taken" | undefined> {
  const waiting = new Set<Socket>();
  const server = createServer((other) => {
    waiting.add(other);
    other
      .on("close", () => waiting.delete(other))
      .on("error", () => {})
      .resume()
      .unref();
  });
  try {
    await once(server.listen(socket), "listening");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EADDRINUSE" ? "taken" : undefined;
  }
  server.unref();
  return {
    end: () => {
      server.close();
      for (const other of waiting) other.destroy();
    },
  };
}

/** Whether any holder has let go before patience has ended. */
async function firstToLeave(sockets: readonly string[], signal: AbortSignal): Promise<boolean> {
  const enough = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const connections = sockets.map((socket) => connect(socket));
  const left = connections.map(
    (connection) =>
      new Promise<boolean>((resolve) => {
        // Refused: it let go meanwhile.
        connection
          .on("error", () => {})
          .on("close", () => resolve(true))
          .resume();
      }),
  );
  const impatient = new Promise<boolean>((resolve) => {
    if (enough.aborted) resolve(false);
    enough.addEventListener("abort", () => resolve(false), { once: true });
  });
  try {
    return await Promise.race([...left, impatient]);
  } finally {
    for (const connection of connections) connection.destroy();
  }
}
