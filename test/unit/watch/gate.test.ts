import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { makeGate } from "../../../src/watch/server/gate.ts";

const gate = makeGate(4711);
const from = (headers: IncomingMessage["headers"]) => ({ headers }) as IncomingMessage;

test.each([
  [{ host: "127.0.0.1:4711" }, true],
  [{ host: "localhost:4711" }, true],
  [{ host: "127.0.0.1:4711", origin: "http://127.0.0.1:4711" }, true],
  [{ host: "evil.example:4711" }, false],
  [{ host: "127.0.0.1:4712" }, false],
  [{}, false],
  [{ host: "127.0.0.1:4711", origin: "http://evil.example" }, false],
  [{ host: "127.0.0.1:4711", origin: "http://127.0.0.1:4712" }, false],
  [{ host: "127.0.0.1:4711", origin: "null" }, false],
])("%j is of this server's page: %s", (headers, taken) => {
  expect(gate.wrongPlace(from(headers)) === undefined).toBe(taken);
});

test("only who was told the token knows it, and every server has another", () => {
  expect(gate.knows(from({ authorization: `Bearer ${gate.token}` }))).toBe(true);
  for (const authorization of [undefined, "", "Bearer ", `Bearer ${gate.token}x`, gate.token])
    expect(gate.knows(from(authorization === undefined ? {} : { authorization }))).toBe(false);
  expect(makeGate(4711).token).not.toBe(gate.token);
});
