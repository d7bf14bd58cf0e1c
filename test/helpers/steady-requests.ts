import { get } from "node:http";

/** At most this many, whatever the test forgets. */
const mostRequests = 60_000;
const periodMs = 20;
const patienceMs = 10_000;

export interface SteadyRequests {
  /** Resolves after so many more answers. */
  some(count: number): Promise<void>;
  /** Ends it; the failed ones, in words. */
  end(): Promise<{ readonly answered: number; readonly failed: readonly string[] }>;
}

/** Asks for a page fifty times a second, each over a connection of its own, until it is ended. */
export function steadyRequests(url: string): SteadyRequests {
  const failed: string[] = [];
  const open = new Set<Promise<void>>();
  let [sent, answered] = [0, 0];
  const ask = () => {
    const at = new Date().toISOString();
    const one = new Promise<void>((resolve) => {
      const request = get(url, { agent: false, timeout: patienceMs }, (answer) => {
        if (answer.statusCode !== 200) failed.push(`${at}: ${answer.statusCode}`);
        answer.resume();
        answer.once("close", () => resolve());
      });
      request.once("timeout", () => request.destroy(new Error("no answer in time")));
      request.once("error", (error) => {
        failed.push(`${at}: ${error.message}`);
        resolve();
      });
    }).then(() => {
      answered += 1;
      open.delete(one);
    });
    open.add(one);
  };
  const timer = setInterval(() => {
    sent += 1;
    if (sent > mostRequests) clearInterval(timer);
    else ask();
  }, periodMs);
  return {
    some: async (count) => {
      const until = answered + count;
      while (answered < until && sent <= mostRequests)
        await new Promise((done) => setTimeout(done, periodMs));
    },
    end: async () => {
      clearInterval(timer);
      await Promise.all(open);
      return { answered, failed };
    },
  };
}
