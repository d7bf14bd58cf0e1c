import { parseArgs } from "node:util";
import { openWorkshop } from "../helpers/workshop/workshop.ts";
import { cycles } from "./cycles.ts";
import { fuzzAnswers } from "./fuzz/answers.ts";
import { fuzzLabs } from "./fuzz/labs.ts";
import { fuzzServices } from "./fuzz/services.ts";
import { interrupts } from "./interrupts.ts";
import type { Stress } from "./stress.ts";

/**
 * What is too long for a test: `npm run stress -- <which> [count] [--seed N] [--part I/N] [--runs-on vagrant]`. The same seed
 * does the same again. Ends with 1 when anything failed or was left behind.
 */
const kinds: Readonly<Record<string, { readonly usual: number; readonly run: Stress }>> = {
  cycles: { usual: 3, run: cycles },
  interrupts: { usual: 24, run: interrupts },
  "fuzz-labs": { usual: 1_000, run: fuzzLabs },
  "fuzz-services": { usual: 2_000, run: fuzzServices },
  "fuzz-answers": { usual: 200, run: fuzzAnswers },
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    part: { type: "string", default: "1/1" },
    "runs-on": { type: "string", default: "embedded" },
  },
});
const [which = "", given] = positionals;
const kind = kinds[which];
const count = Number(given ?? kind?.usual);
const seed = Number(values.seed);
const runsOn = values["runs-on"];
const [, number, of] = (/^(\d+)\/(\d+)$/.exec(values.part) ?? []).map(Number);
const isPart = number !== undefined && of !== undefined && number >= 1 && number <= of;
if (
  kind === undefined ||
  !Number.isInteger(count) ||
  count < 1 ||
  !Number.isInteger(seed) ||
  !isPart ||
  !["embedded", "vagrant"].includes(runsOn)
) {
  console.error(
    `npm run stress -- <${Object.keys(kinds).join(" | ")}> [count] [--seed N] [--part I/N] [--runs-on vagrant]`,
  );
  process.exit(2);
}

const begin = performance.now();
const workshop = openWorkshop();
let failures: readonly string[] = [];
try {
  failures = await kind.run({
    workshop,
    count,
    seed,
    part: { number, of },
    runsOn,
    say: (line) => console.log(line),
  });
} finally {
  await workshop.close();
}
for (const failure of failures) console.log(`✖ ${failure}`);
const seconds = Math.round((performance.now() - begin) / 1000);
console.log(`${which} ${count}, seed ${seed}: ${failures.length} failed, in ${seconds} s`);
// A connection that a hostile answer has left open keeps nobody waiting.
process.exit(failures.length === 0 ? 0 : 1);
