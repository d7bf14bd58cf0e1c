/** Asks Mesos for offers when tasks wait: at once, repeated a few times, never more often than the interval. */
export class OfferRequests {
  private readonly revive: () => void;
  private readonly minIntervalMs: number;
  private readonly repetitions: number;
  private left = 0;
  private lastMs = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;

  constructor(revive: () => void, minIntervalMs: number, repetitions: number) {
    this.revive = revive;
    this.minIntervalMs = minIntervalMs;
    this.repetitions = repetitions;
  }

  request(): void {
    this.left = this.repetitions;
    this.schedule();
  }

  /** Nothing waits any more. */
  satisfied(): void {
    this.left = 0;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(): void {
    if (this.timer !== undefined || this.left <= 0) return;
    const waitMs = Math.max(0, this.lastMs + this.minIntervalMs - performance.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.left -= 1;
      this.lastMs = performance.now();
      this.revive();
      this.schedule();
    }, waitMs);
  }
}
