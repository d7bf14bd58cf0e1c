type Headers = Readonly<Record<string, string>>;

/** How many pulls a registry still allows. */
export interface RateLimit {
  readonly remaining: number;
  readonly limit?: number;
  /** The window in seconds in which it counts. */
  readonly window?: number;
}

/** Out of headers like `ratelimit-limit: 100;w=21600` and `ratelimit-remaining: 76;w=21600`. */
export function rateLimit(headers: Headers): RateLimit | undefined {
  const read = (name: string) => /^\s*(\d+)(?:\s*;\s*w=(\d+))?/.exec(headers[name] ?? "") ?? [];
  const [, remaining, window] = read("ratelimit-remaining");
  if (remaining === undefined) return undefined;
  const [, limit, ownWindow] = read("ratelimit-limit");
  const seconds = window ?? ownWindow;
  return {
    remaining: Number(remaining),
    ...(limit !== undefined && { limit: Number(limit) }),
    ...(seconds !== undefined && { window: Number(seconds) }),
  };
}

/** `76 of 100 pulls in 6 h are left` */
export function rateLimitText({ remaining, limit, window }: RateLimit): string {
  const of = limit === undefined ? "" : ` of ${limit}`;
  const within = window === undefined ? "" : ` in ${durationText(window)}`;
  return `${remaining}${of} pulls${within} are left`;
}

/** How many seconds a `Retry-After` header asks to wait; undefined where there is none that can be understood. */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers["retry-after"]?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text);
  // A time of day is one of the server's clock, which it tells as well.
  const [until, now] = [text, headers.date ?? ""].map((each) => Date.parse(each)) as [number, number];
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return Number.isNaN(seconds) ? undefined : seconds;
}

/** `90 s`, `15 min`, `6 h` */
export function durationText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
