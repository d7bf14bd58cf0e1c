import type { Http, HttpAnswer } from "../probes/http.ts";

/** How old an answer may be to serve another claim, in milliseconds: less than the pause between two looks. */
const freshMs = 150;

/**
 * Lets claims that ask for the same page at the same time share one answer. Requests run under `signal`, not
 * under that of the claim that happened to ask first.
 */
export function shareAnswers(http: Http, signal: AbortSignal, now: () => number): Http {
  const asked = new Map<string, { answer: Promise<HttpAnswer>; settledAt: number }>();
  return {
    ...http,
    get: (url, options = {}) => {
      const { signal: _replaced, ...rest } = options;
      const key = JSON.stringify([url, rest]);
      const known = asked.get(key);
      if (known !== undefined && now() - known.settledAt < freshMs) return known.answer;
      const entry = { answer: http.get(url, { ...rest, signal }), settledAt: Number.POSITIVE_INFINITY };
      const settle = () => {
        entry.settledAt = now();
      };
      entry.answer.then(settle, settle);
      asked.set(key, entry);
      return entry.answer;
    },
  };
}
