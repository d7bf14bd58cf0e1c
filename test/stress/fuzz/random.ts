import { randomNumbers } from "../../../src/tools/random-numbers.ts";

/** Choices that are the same for the same seed. */
export interface Random {
  /** Whole, from 0 to below `limit`. */
  below(limit: number): number;
  chance(share: number): boolean;
  one<T>(of: readonly [T, ...T[]] | readonly T[]): T;
  /** A text, mostly of what is syntax somewhere: in YAML, Ruby, Jinja, shells, HTTP, JSON. */
  text(): string;
  bytes(most: number): Buffer;
}

const pieces = [
  ..."\"'`\\#$ {}[]()<>|&;%@!*?:,=-+~^/.\n\r\t \0\u007f\u0085\u2028\u{feff}\ud800äñ字😀e\u0301",
  ...[
    "#{1}",
    "{{ 7 }}",
    "{% x %}",
    "%{x}",
    ["$", "{x}"].join(""),
    "$(x)",
    "---\n",
    "...\n",
    "!!python/object:os.system x",
    "!unsafe x",
  ],
  ...["&a", "*a", "<<: ", "yes", "no", "on", "null", "~", "1_000", "1:30", "0x1f", "1e3", ".inf", "\\u0000"],
  ...[
    "../",
    "/etc/passwd",
    "-oProxyCommand=x",
    "__proto__",
    "constructor",
    "192.168.33.18",
    "tomcat",
    "a",
    "b1",
    "9",
  ],
];

export function randomOf(seed: number): Random {
  const next = randomNumbers(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  const one = <T>(of: readonly T[]): T => of[below(of.length)] as T;
  return {
    below,
    one,
    chance: (share) => next() < share,
    text: () => {
      const length = one([0, 1, 1, 2, 3, 5, 8, 20, 200]);
      return Array.from({ length }, () => one(pieces)).join("");
    },
    bytes: (most) => Buffer.from(Array.from({ length: below(most + 1) }, () => below(256))),
  };
}

/** Some bytes changed, lost, doubled or added. */
export function damaged(given: Buffer, random: Random): Buffer {
  let bytes = given;
  for (let i = random.one([1, 1, 2, 4, 16]); i > 0; i -= 1) {
    const at = random.below(bytes.length + 1);
    const end = at + random.below(Math.min(40, bytes.length - at + 1));
    const [head, middle, tail] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
    const instead = random.one([
      () => Buffer.alloc(0),
      () => Buffer.concat([middle, middle]),
      () => random.bytes(8),
      () => Buffer.from(random.text()),
      () => Buffer.from(middle.map((byte) => byte ^ (1 << random.below(8)))),
    ]);
    bytes = Buffer.concat([head, instead(), tail]);
  }
  return bytes;
}
