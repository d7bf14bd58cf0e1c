import { describe, expect, it } from "vitest";
import { analyse } from "../../../../src/drills/analysis/outage.ts";
import { headline } from "../../../../src/drills/analysis/words.ts";
import type { Sample } from "../../../../src/drills/model/sampling.ts";

/** A request every 100 ms: `=` answered well, `t` timed out. */
const outageOf = (text: string) => {
  const samples = [...text].map(
    (letter, i): Sample => ({
      ...{ at: i * 100, tookMs: 5 },
      outcome: letter === "=" ? "ok" : "timeout",
    }),
  );
  return analyse(samples, { settleMs: 1_000, breakAt: 250 });
};
const good = "=".repeat(20);

describe("an outage in words", () => {
  it("is a length where nothing was answered in it", () => {
    expect(headline({ outage: outageOf(`===${"t".repeat(10)}${good}`) })).toEqual({
      figure: "1.10 s",
      sure: "± 100 ms",
    });
  });

  it("is off and on where a part of the requests between its ends was answered", () => {
    expect(headline({ outage: outageOf(`===t===t==t=======tt${good}`) })).toEqual({
      figure: "1.80 s off and on",
      sure: "± 100 ms; 70 % of the requests in it were answered",
    });
  });

  it("is not called so for one good answer at its edge", () => {
    expect(headline({ outage: outageOf(`===t=${"t".repeat(12)}${good}`) }).figure).toBe("1.50 s");
  });
});
