import { expect, test } from "vitest";
import { parseEventLine } from "../../../src/drills/sse.ts";
import { taskPrefix } from "../../../src/drills/watch-mesos.ts";
import { summarise } from "../../helpers/miss-counter.ts";

test("an event is read, whatever else it holds", () => {
  const line =
    'data: {"eventType":"status_update_event","appId":"/tomcat","taskId":"tomcat.1","taskStatus":"TASK_RUNNING","host":"h","ports":[31000,"x"],"more":{}}';
  expect(parseEventLine(line)).toEqual({
    eventType: "status_update_event",
    appId: "/tomcat",
    taskId: "tomcat.1",
    taskStatus: "TASK_RUNNING",
    host: "h",
    ports: [31_000],
  });
});

test.each(["", "event: status_update_event", "data: {", "data: null", ": heartbeat"])(
  "%j holds no event",
  (line) => {
    expect(parseEventLine(line)).toBeUndefined();
  },
);

test("task ids begin with the app's path", () => {
  expect(["/tomcat", "/a/b"].map(taskPrefix)).toEqual(["tomcat", "a_b"]);
});

test("the independent count finds the outage between the good answers around it", () => {
  expect(summarise("100 200\n200 200\n300 503\n400 000\n500 200\n600 503\n700 200\n800 200")).toEqual({
    requests: 8,
    misses: 3,
    outageMs: 500,
  });
  expect(summarise("100 200\n200 200")).toEqual({ requests: 2, misses: 0, outageMs: 0 });
});
