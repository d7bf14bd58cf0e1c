import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressesOf } from "../../../src/demo/services.ts";
import { tomcatApp } from "../../../src/lab/demo.ts";
import { eventSchema, type LabSeen } from "../../../src/watch/model/event.ts";
import { after, nothing, of } from "../../../src/watch/model/seen.ts";
import { embeddedLab, post, type RunningTool } from "../../helpers/embedded-lab.ts";

describe("an embedded lab that is watched", () => {
  const lab = embeddedLab();
  beforeAll(async () => expect(await lab.run("create")).toMatchObject({ exitCode: 0 }));
  afterAll(() => lab.remove());

  /** Ends it as Ctrl-C does; its lines. */
  const interrupted = async (tool: RunningTool) => {
    tool.process.kill("SIGINT");
    const { exitCode, stdout } = await tool.ended;
    expect(exitCode).toBe(130);
    return stdout.trim().split("\n");
  };

  test("events --json: all that is there, and an app that comes, as events of the schema", async () => {
    const tool = lab.start("events", "--json");
    await tool.said('"event":"claim"');
    const made = await post(`${addressesOf(lab.lab()).marathon}/v2/apps`, tomcatApp(lab.lab()));
    expect(made).toMatchObject({ status: 201 });
    await tool.said('"what":"TASK_RUNNING"');
    await tool.said('"event":"task"');
    const lines = await interrupted(tool);
    expect(JSON.parse(lines.pop() ?? "")).toMatchObject({ event: "error", id: "interrupted", exitCode: 130 });
    const events = lines.map((line): LabSeen => eventSchema.parse(JSON.parse(line)));
    const seen = events.reduce(after, nothing);
    expect(of(seen, "lab")).toMatchObject([{ id: "mesos-lab", stack: "rehearsal" }]);
    expect(of(seen, "task")).toMatchObject([{ app: "/tomcat", machine: "slave" }]);
    expect(of(seen, "claim").length).toBeGreaterThan(5);
  });

  test("events: a lab that is shut down is told as silent, and ends nothing", async () => {
    const tool = lab.start("events");
    await tool.said("route bamboo:");
    expect(await lab.run("halt")).toMatchObject({ exitCode: 0 });
    await tool.said("✖ tasks: silent:");
    await tool.said("machine slave: stopped");
    expect(tool.process.exitCode).toBe(null);
    expect(await lab.run("up")).toMatchObject({ exitCode: 0 });
    await tool.said("✔ tasks: answers again");
    await interrupted(tool);
  });
});
