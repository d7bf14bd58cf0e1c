import { expect, test } from "vitest";
import { hexOf, userIn } from "../../../../src/rehearsal/http/peer.ts";

const client = { host: "127.0.0.1", port: 40_000 };
const server = { host: "127.0.33.18", port: 8080 };

/** As the kernel prints them. */
const heading =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const line = (local: string, remote: string, state: string, user: number, inode: number) =>
  `   1: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${user}        0 ${inode} 1 0000000000000000 20 4 30 10 -1`;

test.each([
  [client, "0100007F:9C40"],
  [server, "1221007F:1F90"],
  [{ host: "::ffff:127.0.33.18", port: 80 }, "1221007F:0050"],
])("%j is %s in the kernel's table", (end, text) => {
  expect(hexOf(end)).toBe(text);
});

const from = hexOf(client);
const to = hexOf(server);
const mapped = "0000000000000000FFFF0000";

test.each([
  [
    "the end of the client, not that of the server",
    [line(to, from, "01", 0, 7), line(from, to, "01", 1001, 8)],
    1001,
  ],
  ["another connection", [line(hexOf({ ...client, port: 40_001 }), to, "01", 1001, 8)], undefined],
  ["a client of IPv6", [line(mapped + from, mapped + to, "01", 1002, 9)], 1002],
  [
    "a connection that its client has closed, which counts as root's",
    [line(from, to, "05", 0, 0)],
    undefined,
  ],
  ["one that its client has closed for writing", [line(from, to, "05", 1003, 10)], 1003],
  ["nothing", [], undefined],
])("%s", (_, lines, user) => {
  expect(userIn([heading, ...lines, ""].join("\n"), from, to)).toBe(user);
});
