import { expect, test } from "vitest";
import { notRecovered } from "../../../src/commands/drill.ts";
import { exitCodes } from "../../../src/errors.ts";
import { example } from "../../helpers/drill-example.ts";

test("a comparison that did not recover names the ways in that were not served", () => {
  const [bamboo, lb, dns] = example.compared.lanes;
  const [lost] = example.lost.lanes;
  if (!bamboo || !lb || !dns || !lost) throw new Error("the examples have changed");
  const lanes = [bamboo, lb, { ...dns, outage: lost.outage }];
  const error = notRecovered({
    ...example.compared,
    lanes,
    lastSeen: { "routes of mesos-dns": "no server" },
  });
  expect(error.message).toBe("the lab did not recover by the deadline: not served for good by mesos-dns");
  expect(error.exitCode).toBe(exitCodes.notRecovered);
  expect(error.details).toEqual(["routes of mesos-dns: no server"]);
  expect(error.remedy).not.toContain(expect.stringContaining("drill"));
});

test("one way in says no more than that the lab did not recover", () => {
  expect(notRecovered(example.lost).message).toBe("the lab did not recover by the deadline");
});

test("a page that was served all the time is not said to be away: the claims are", () => {
  const report = { ...example.calm, recovered: false, lastSeen: { "Bamboo answers (master)": "refused" } };
  const error = notRecovered(report);
  expect(error.message).toBe("the page is served, but the rest of the lab is not as it was before the drill");
  expect(error.details).toEqual(["Bamboo answers (master): refused"]);
});

test("an outage that the drill may have made itself is told so, with a gentler drill", () => {
  const [lane] = example.lost.lanes;
  if (!lane) throw new Error("the examples have changed");
  const error = notRecovered({ ...example.lost, lanes: [{ ...lane, ownLoad: "asked alone, it answered" }] });
  expect(error.details.slice(0, 2)).toEqual([
    "the drill's own requests may be the cause:",
    "bamboo: asked alone, it answered",
  ]);
  expect(error.remedy[0]).toBe("npx mesos-lab drill remove-container --rate 25");
});
