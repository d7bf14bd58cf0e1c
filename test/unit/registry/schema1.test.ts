import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compact, goString, members } from "../../../src/registry/go-json.ts";
import { readSchema1 } from "../../../src/registry/schema1.ts";
import { checkSignatures } from "../../../src/registry/signature.ts";
import { configFromHistory } from "../../../src/registry/v1-config.ts";
import { missing } from "../../helpers/missing.ts";
import { newKey, signPretty } from "../../helpers/registry/sign.ts";

const id = (letter: string) => letter.repeat(64);
const layer = (letter: string) => ({ blobSum: `sha256:${id(letter)}` });

interface Step {
  readonly id: string;
  readonly parent?: string;
  readonly throwaway?: boolean;
}

/** The newest step first, as in a manifest. */
function manifest(steps: readonly Step[], more: object = {}): string {
  return JSON.stringify(
    {
      schemaVersion: 1,
      architecture: "amd64",
      fsLayers: steps.map(({ id }) => layer(id[0] as string)),
      history: steps.map((step) => ({ v1Compatibility: JSON.stringify(step) })),
      ...more,
    },
    undefined,
    3,
  );
}

const chain: readonly Step[] = [
  { id: id("c"), parent: id("b") },
  { id: id("b"), parent: id("a"), throwaway: true },
  { id: id("a") },
];

describe("a signature", () => {
  const text = manifest(chain);

  test("is good for the text as it was signed, by one key or several", () => {
    for (const keys of [[newKey()], [newKey(), newKey()]]) {
      const { payload, signers } = checkSignatures(Buffer.from(signPretty(text, ...keys)));
      expect(payload.toString()).toBe(text);
      expect(signers).toHaveLength(keys.length);
      expect(signers[0]).toMatch(/^(?:[A-Z2-7]{4}:){11}[A-Z2-7]{4}$/);
    }
  });

  test("is not good for another text, wherever it differs", () => {
    const signed = signPretty(text, newKey());
    expect(() => checkSignatures(Buffer.from(signed.replace("amd64", "arm64")))).toThrow(
      /^signature 1 of 1, by the key \S+, is not of this text$/,
    );
    const other = signPretty(text, newKey());
    const mixed = signed.replace(/"kid": "[^"]+"/, /"kid": "[^"]+"/.exec(other)?.[0] ?? "");
    expect(() => checkSignatures(Buffer.from(mixed))).toThrow(/names the key .* and has the key/);
    expect(() => checkSignatures(Buffer.from(signed.replace('"ES256"', '"none"')))).toThrow(
      "is not of this text",
    );
    expect(() => checkSignatures(Buffer.from(signed.replace('"EC"', '"XX"')))).toThrow(
      "a key that cannot be read",
    );
  });

  test("counts for what was signed, and not for what stands beside it", () => {
    const signed = signPretty(text, newKey());
    const more = `${signed.trimEnd().slice(0, -1)},\n   "architecture": "arm64"\n}`;
    expect(readSchema1(Buffer.from(more)).architecture).toBe("amd64");
  });

  test("need not be there", () => {
    expect(checkSignatures(Buffer.from(text))).toEqual({ payload: Buffer.from(text), signers: [] });
  });

  const why = missing("go");
  test.skipIf(why !== "")(
    `by the program of the tests is one that Docker's own library finds good${why}`,
    () => {
      const folder = mkdtempSync(join(tmpdir(), "mesos-lab-libtrust-"));
      try {
        writeFileSync(join(folder, "manifest.json"), signPretty(text, newKey()));
        writeFileSync(
          join(folder, "main.go"),
          `package main
import ("fmt"; "os"; "github.com/docker/libtrust")
func main() {
  content, _ := os.ReadFile(os.Args[1])
  signature, err := libtrust.ParsePrettySignature(content, "signatures")
  if err != nil { panic(err) }
  keys, err := signature.Verify()
  if err != nil { panic(err) }
  fmt.Print(keys[0].KeyID())
}
`,
        );
        const env = {
          ...process.env,
          GO111MODULE: "off",
          GOPATH: "/usr/share/gocode",
          GOCACHE: join(folder, "cache"),
          GOFLAGS: "",
        };
        const said = execFileSync("go", ["run", "main.go", "manifest.json"], {
          cwd: folder,
          env,
          encoding: "utf8",
        });
        const { signers } = checkSignatures(execFileSync("cat", [join(folder, "manifest.json")]));
        expect(said).toBe(signers[0]);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

describe("the history", () => {
  test("becomes steps, the oldest first, and layers without the empty ones", () => {
    const { steps, layers } = readSchema1(Buffer.from(manifest(chain)));
    expect(steps.map(({ empty }) => empty)).toEqual([false, true, false]);
    expect(layers).toEqual([layer("a").blobSum, layer("c").blobSum]);
  });

  test("may have a step several times in a row", () => {
    const [top, ...below] = chain as [Step, ...Step[]];
    expect(readSchema1(Buffer.from(manifest([top, top, ...below]))).steps).toHaveLength(3);
  });

  test.each([
    [
      "another number of layers",
      manifest(chain, { fsLayers: [layer("a")] }),
      "it has 1 layers and a history of 3",
    ],
    ["a gap", manifest([chain[0] as Step, chain[2] as Step]), /is said to lie on b+, and lies on a+$/],
    ["no end", manifest(chain.slice(0, 1)), /is said to lie on b+, and lies on nothing$/],
    ["a step twice", manifest([chain[2] as Step, ...chain]), "a step of its history is there twice"],
    ["no layers", manifest([]), /fsLayers/],
  ])("with %s is refused", (_, text, message) => {
    expect(() => readSchema1(Buffer.from(text))).toThrow(message);
  });
});

describe("JSON as Go writes it", () => {
  test("keeps every value's own text, and of a key that is there twice the last", () => {
    const text =
      '{"a": 1e3, "b": {"x":[1, {"y":"}\\","}], "10":1, "9":2}, "c" : "\\u00e9" , "a":12345678901234567890}';
    expect([...members(text)]).toEqual([
      ["a", "12345678901234567890"],
      ["b", '{"x":[1, {"y":"}\\","}], "10":1, "9":2}'],
      ["c", '"\\u00e9"'],
    ]);
    expect(compact(members(text).get("b") ?? "")).toBe('{"x":[1,{"y":"}\\","}],"10":1,"9":2}');
    expect(members("{}").size).toBe(0);
    expect(() => members("[1]")).toThrow();
  });

  test("is safe inside HTML", () => {
    expect(goString("a<b>&\u2028")).toBe('"a\\u003cb\\u003e\\u0026\\u2028"');
  });
});

test("a configuration keeps what newer engines wrote, and drops what is of the old form", () => {
  const v1 = JSON.stringify({
    id: id("a"),
    parent: id("b"),
    throwaway: true,
    Size: 17,
    docker_version: "1.9.1",
    unknown: { "2": 1, "10": 2 },
    created: "2016-01-01T00:00:00.100Z",
    container_config: { Cmd: ["/bin/sh", "-c", "#(nop) ADD <a>"] },
  });
  expect(configFromHistory([{ v1, empty: false }], [`sha256:${id("d")}`])).toBe(
    `{"container_config":{"Cmd":["/bin/sh","-c","#(nop) ADD \\u003ca\\u003e"]},"created":"2016-01-01T00:00:00.100Z","docker_version":"1.9.1","history":[{"created":"2016-01-01T00:00:00.1Z","created_by":"/bin/sh -c #(nop) ADD \\u003ca\\u003e"}],"rootfs":{"type":"layers","diff_ids":["sha256:${id("d")}"]},"unknown":{"2":1,"10":2}}`,
  );
});

test("RSA keys are read as well", () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const text = manifest(chain);
  const signed = JSON.parse(signPretty(text, newKey()));
  signed.signatures[0].header = { alg: "RS256", jwk: publicKey.export({ format: "jwk" }) };
  const spoiled = JSON.stringify(signed, undefined, 3);
  expect(() => checkSignatures(Buffer.from(spoiled))).toThrow("is not of this text");
});
