import { type AppDefinition, configVersion } from "../apps/model.ts";

interface Delay {
  readonly deadlineMs: number;
  readonly delayMs: number;
}

/** The back-off of apps whose tasks die: 1 s × 1.15ⁿ by default, at most an hour, forgotten once it has passed. */
export class LaunchDelays {
  private readonly delays = new Map<string, Delay>();

  /** The time, on the clock of `performance.now()`, before which no task of the app is launched. */
  deadline(app: AppDefinition): number {
    return this.delays.get(key(app))?.deadlineMs ?? 0;
  }

  add(app: AppDefinition, nowMs: number): void {
    const last = this.delays.get(key(app));
    const longest = app.maxLaunchDelaySeconds * 1000;
    const delayMs = Math.min(
      longest,
      last === undefined ? app.backoffSeconds * 1000 : last.delayMs * app.backoffFactor,
    );
    this.delays.set(key(app), { deadlineMs: nowMs + delayMs, delayMs });
  }

  reset(app: AppDefinition): void {
    this.delays.delete(key(app));
  }

  /** Called every few seconds: an app that lived through its delay starts anew at the shortest one. */
  forgetPassed(nowMs: number): void {
    for (const [name, delay] of this.delays) if (delay.deadlineMs <= nowMs) this.delays.delete(name);
  }
}

function key(app: AppDefinition): string {
  return `${app.id} ${configVersion(app)}`;
}
