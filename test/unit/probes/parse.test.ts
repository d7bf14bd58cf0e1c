import { describe, expect, test } from "vitest";
import { z } from "zod";
import { describeAnswer, parseAnswer } from "../../../src/probes/answer.ts";
import { parseCsv } from "../../../src/probes/csv.ts";
import { parseStats } from "../../../src/probes/haproxy.ts";
import { agentStateSchema, masterStateSchema } from "../../../src/probes/mesos.ts";
import { parseSrvr } from "../../../src/probes/zookeeper.ts";
import {
  agentState,
  masterState,
  masterState1x,
  srvrText,
  statsCsv,
  tomcatRows,
} from "../../helpers/recorded.ts";

describe("srvr", () => {
  test("a serving ZooKeeper", () => {
    expect(parseSrvr(srvrText("follower"))).toEqual({ version: "3.4.6", mode: "follower", nodeCount: 21 });
  });
  test.each([
    ["This ZooKeeper instance is not currently serving requests\n", "not currently serving requests"],
    ["srvr is not executed because it is not in the whitelist.\n", "srvr is not in ZooKeeper's whitelist"],
    ["", "an empty answer"],
    ["HTTP/1.1 400 Bad\u001b[2J Request\r\n", "not an answer to srvr: HTTP/1.1 400 Bad Request"],
    [srvrText("standalone").replace(/^Mode.*\n/m, ""), "not an answer to srvr"],
  ])("%j", (text, seen) => {
    expect(() => parseSrvr(text)).toThrow(seen);
  });
});

describe("JSON", () => {
  test.each([
    ["0.24.1", masterState()],
    ["1.x", masterState1x()],
    ["without a leader", masterState({ elected_time: undefined, leader: undefined })],
  ])("a master's state of %s", (_, state) => {
    expect(parseAnswer(JSON.stringify(state), masterStateSchema).pid).toBe("master@192.168.33.18:5050");
  });
  test("an agent's state before it is registered", () => {
    expect(parseAnswer(JSON.stringify(agentState({ id: "" })), agentStateSchema).id).toBe("");
  });
  test("the first field that is wrong is named", () => {
    const text = JSON.stringify(masterState({ slaves: [{ id: 7 }] }));
    expect(() => parseAnswer(text, masterStateSchema)).toThrow("unexpected answer: slaves.0.id: ");
  });
  test.each(["", "<html>", "{", "\u001b[2J"])("%j is not JSON", (text) => {
    expect(() => parseAnswer(text, z.object({}))).toThrow("the answer is not JSON");
  });
});

test.each([
  [
    503,
    "<html><head><title>Error 503 Could not determine the current leader</title></head>",
    "503 Error 503 Could not determine the current leader",
  ],
  [404, '{"message":"There is no leader"}', "404 There is no leader"],
  [500, "", "500"],
])("an answer of %i %s in one line", (status, text, line) => {
  expect(describeAnswer({ status, headers: {}, text })).toBe(line);
});

describe("CSV", () => {
  test.each([
    [
      "a,b\nc,d\n",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    [
      "a,,\r\n,b\r\n",
      [
        ["a", "", ""],
        ["", "b"],
      ],
    ],
    ['"a,1","say ""hi""",c', [["a,1", 'say "hi"', "c"]]],
    ['"two\nlines",b\n\nc\n', [["two\nlines", "b"], ["c"]]],
    ['"never closed,b\n', [["never closed,b\n"]]],
    ["", []],
  ])("%j", (text, rows) => {
    expect(parseCsv(text)).toEqual(rows);
  });
  test("a quoted field of 8 MiB", () => {
    expect(parseCsv(`"${"x".repeat(8 << 20)}",b`)[0]).toHaveLength(2);
  });
});

describe("HAProxy's statistics", () => {
  test("frontends, backends and their servers", () => {
    expect(parseStats(statsCsv(tomcatRows(31071)))).toEqual({
      frontends: ["http-in"],
      backends: [
        { name: "::tomcat-cluster", servers: [{ name: "::tomcat-192.168.33.19-31071", status: "no check" }] },
      ],
    });
  });
  test("a backend without servers", () => {
    expect(parseStats(statsCsv([["empty", "BACKEND", "UP"]])).backends).toEqual([
      { name: "empty", servers: [] },
    ]);
  });
  test.each(["", "<html></html>", "a,b\nc,d\n"])("%j is not that page", (text) => {
    expect(() => parseStats(text)).toThrow("not HAProxy's statistics: no column");
  });
});
