import type { HeldApps } from "./held.ts";
import type { BambooApp, Routing } from "./model.ts";
import type { TrafficProxy } from "./proxy.ts";
import type { Rules } from "./rules.ts";

/** While Marathon cannot be asked it is asked again this often: an event may have been missed meanwhile. */
const retryMs = 2_000;

/** How long more events are waited for: the end of a task and the start of the next one are two, and each reload takes longer. */
const gatherMs = 100;
/**
 * While events go on and on the wait doubles up to this, and up to twice as long as a change takes: reloads are not to
 * take the processors from tasks that start.
 */
const longestGatherMs = 1_000;

export interface RendererParts {
  readonly apps: () => Promise<BambooApp[]>;
  readonly rules: Rules;
  readonly held: HeldApps;
  readonly proxy: TrafficProxy;
  readonly log: (line: string) => void;
}

/** Brings the proxy up to date, one change at a time; calls that come meanwhile are served by one more round. */
export class Renderer {
  private readonly parts: RendererParts;
  private running: Promise<void> | undefined;
  private again = false;
  private retry: NodeJS.Timeout | undefined;
  private gathering: NodeJS.Timeout | undefined;
  private gatheredForMs = 0;
  private lastGathered = Number.NEGATIVE_INFINITY;
  private lastChangeMs = 0;
  private closed = false;

  constructor(parts: RendererParts) {
    this.parts = parts;
  }

  /** Resolves when the proxy has what was true at the time of the call, or that has failed and was logged. */
  async nudge(): Promise<void> {
    if (this.closed) return;
    this.again = true;
    this.running ??= this.rounds().finally(() => {
      this.running = undefined;
    });
    await this.running;
  }

  /** The same for an event, which seldom comes alone. */
  nudgeSoon(): void {
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.lastGathered = performance.now();
      void this.nudge();
    }, this.nextWaitMs());
  }

  private nextWaitMs(): number {
    const longest = Math.max(longestGatherMs, 2 * this.lastChangeMs);
    const calm = performance.now() - this.lastGathered > longest;
    this.gatheredForMs = calm ? gatherMs : Math.min(this.gatheredForMs * 2, longest);
    return this.gatheredForMs;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.gathering);
    clearTimeout(this.retry);
    await this.running;
  }

  private async rounds(): Promise<void> {
    while (this.again && !this.closed) {
      this.again = false;
      clearTimeout(this.retry);
      const begin = performance.now();
      try {
        await this.parts.proxy.apply(await this.routing());
        this.lastChangeMs = performance.now() - begin;
      } catch (error) {
        if (this.closed) return;
        this.parts.log(`the proxy keeps its routes: ${describe(error)}`);
        this.retry = setTimeout(() => void this.nudge(), retryMs);
      }
    }
  }

  private async routing(): Promise<Routing> {
    const { apps, held, rules } = this.parts;
    return { apps: held.routed(await apps()), services: await rules.all() };
  }
}

function describe(error: unknown): string {
  const { message, details } = error as Error & { details?: readonly string[] };
  return [message, ...(details ?? [])].join("; ");
}
