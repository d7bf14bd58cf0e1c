import { damaged, type Random } from "./random.ts";

/** What no terminal and no page may show as it is. */
export const mark = "<img src=x onerror=fuzz>";

const hostileTexts = [
  ...[
    "\u001b]0;fuzz\u0007\u001b[2J",
    mark,
    "\u202efuzz",
    "a\nb\r\nc\0",
    "{{7*7}}",
    "../../../etc/passwd",
    "__proto__",
  ],
  ...[
    "x".repeat(100_000),
    "字".repeat(2_000),
    "",
    "NaN",
    "-1",
    "127.0.0.1:1",
    "http://127.0.0.1:1/",
    "%s%n%00",
  ],
];

function hostileValue(random: Random): unknown {
  return random.one([
    () => random.one(hostileTexts),
    () => random.one(hostileTexts),
    () => random.one([null, true, -1, 0, 1e308, 2 ** 53, 0.5, [], {}, [null], [[]], { a: null }]),
    () =>
      Object.fromEntries(
        Array.from({ length: 3 }, () => [random.one(hostileTexts).slice(0, 50), random.one(hostileTexts)]),
      ),
    () => Array.from({ length: 2_000 }, () => random.one(["x", {}, 1])),
  ])();
}

/** The data with one value of it replaced, left out or said several times. */
function changed(data: unknown, random: Random): unknown {
  if (data === null || typeof data !== "object" || random.chance(0.15)) return hostileValue(random);
  if (Array.isArray(data)) {
    if (data.length === 0) return hostileValue(random);
    const at = random.below(data.length);
    if (random.chance(0.1)) return Array.from({ length: 500 }, () => data[at]);
    return data.map((each, i) => (i === at ? changed(each, random) : each));
  }
  const keys = Object.keys(data);
  if (keys.length === 0) return hostileValue(random);
  const key = random.one(keys);
  if (random.chance(0.15)) return Object.fromEntries(Object.entries(data).filter(([name]) => name !== key));
  return { ...data, [key]: changed((data as Record<string, unknown>)[key], random) };
}

/** A body in place of an honest one. */
export function hostileBody(honest: Buffer, random: Random): Buffer {
  const json = (): Buffer => {
    try {
      return Buffer.from(JSON.stringify(changed(JSON.parse(honest.toString("utf8")), random)));
    } catch {
      return damaged(honest, random);
    }
  };
  const make = random.one([
    ...[json, json, json, json, json, () => damaged(honest, random), () => damaged(honest, random)],
    () => honest.subarray(0, random.below(honest.length + 1)),
    () =>
      Buffer.from(
        random.one(["null", "[]", "{}", '""', "0", "", "<html><h1>Fuzz</h1></html>", mark, ...hostileTexts]),
      ),
    () => random.bytes(2_000),
    () => (random.chance(0.1) ? Buffer.from(`${"[".repeat(100_000)}${"]".repeat(100_000)}`) : json()),
    () => (random.chance(0.05) ? Buffer.from(`["${"x".repeat(17_000_000)}"]`) : json()),
  ]);
  return make();
}

/** A whole answer over HTTP, as bytes: most of them are HTTP. */
export function hostileAnswer(
  honest: { readonly status: number; readonly type: string; readonly body: Buffer },
  random: Random,
): Buffer {
  const body = hostileBody(honest.body, random);
  const status = random.chance(0.7)
    ? honest.status
    : random.one([200, 204, 301, 302, 400, 401, 404, 409, 418, 500, 502, 503, 504, 999]);
  const length = random.chance(0.9) ? body.length : random.one([0, body.length + 10, 1e12, -1]);
  const head = [
    `HTTP/1.1 ${status} ${random.chance(0.9) ? "Fuzz" : random.one(hostileTexts).replaceAll(/[\r\n]/g, "")}`,
    `Content-Type: ${random.chance(0.8) ? honest.type : random.one(["text/html", "", "application/json; charset=x"])}`,
    ...(random.chance(0.9) ? [`Content-Length: ${length}`] : []),
    ...(status > 300 && status < 400
      ? [`Location: ${random.one(["/", "http://127.0.0.1:1/", "fuzz://x", "", "\u00e4"])}`]
      : []),
    ...(random.chance(0.05) ? [`X-Fuzz: ${"y".repeat(random.one([10, 50_000]))}`] : []),
    "Connection: close",
  ];
  const answer = Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
  return random.chance(0.05) ? damaged(answer, random) : answer;
}
