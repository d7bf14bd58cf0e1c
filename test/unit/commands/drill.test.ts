import { expect, test } from "vitest";
import { notRecovered } from "../../../src/commands/drill.ts";
import { example } from "../../helpers/drill-example.ts";

const { compared, lost } = example;

test("a comparison that did not recover names the ways in that were not served", () => {
  const [bamboo] = lost.lanes;
  if (bamboo === undefined) throw new Error("no lane");
  const lanes = [...compared.lanes.slice(1, 3), bamboo];
  const error = notRecovered([{ ...compared, lanes, recovered: false, lastSeen: lost.lastSeen }]);
  expect(error.message).toBe("the lab did not recover by the deadline: not served by bamboo");
  expect(error.exitCode).toBe(6);
  expect(error.details[0]).toBe("marathon: 0 of 1 tasks running, 1 waiting");
});

test("where all were served, it is the lab that is not whole; one way in needs no name", () => {
  expect(notRecovered([{ ...compared, recovered: false }]).message).toBe(
    "the lab did not recover by the deadline",
  );
  expect(notRecovered([lost]).message).toBe("the lab did not recover by the deadline");
});
