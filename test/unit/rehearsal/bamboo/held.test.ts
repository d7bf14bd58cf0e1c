import { describe, expect, test } from "vitest";
import { HeldApps } from "../../../../src/rehearsal/bamboo/held.ts";
import type { BambooApp } from "../../../../src/rehearsal/bamboo/model.ts";

function app(Id: string, ...ports: number[]): BambooApp {
  const Tasks = ports.map((Port) => ({ Host: "10.0.0.1", Port }));
  return { Id, EscapedId: Id, HealthCheckPath: "", Tasks, ServicePort: 0, Env: null };
}

describe("an app whose routes are held", () => {
  test("is routed to the tasks of before, and others to all of theirs", () => {
    const held = new HeldApps();
    held.hold("/a", [app("/a", 1, 2), app("/b", 3)], () => {});
    expect(held.routed([app("/a", 2, 1, 4), app("/b", 3, 5)])).toEqual([app("/a", 2, 1), app("/b", 3, 5)]);
    held.release("/a");
    expect(held.routed([app("/a", 1, 4)])).toEqual([app("/a", 1, 4)]);
  });

  test("is routed to new tasks where none of before is left, or there was none", () => {
    const held = new HeldApps();
    held.hold("/a", [app("/a", 1)], () => {});
    held.hold("/new", [app("/a", 1)], () => {});
    expect(held.routed([app("/a", 4), app("/new", 5)])).toEqual([app("/a", 4), app("/new", 5)]);
  });
});
