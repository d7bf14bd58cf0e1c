import { type MarathonEvent, readEvents } from "../../drills/sse.ts";
import type { Of } from "../model/event.ts";
import type { Look, Place } from "./look.ts";
import { askAny } from "./tasks.ts";

/** What people want to know besides what becomes of tasks. */
const worthTelling = [
  "deployment_success",
  "deployment_failed",
  "app_terminated_event",
  "failed_health_check_event",
  "health_status_changed_event",
  "unhealthy_task_kill_event",
  "subscribe_event",
  "unsubscribe_event",
];

/** Marathon's own stream of events, as they come; begun anew where it ends. */
export function newsLook({ hub, http, lab }: Place): Look {
  const onEvent = (event: MarathonEvent) => {
    const { eventType, appId, taskId, taskStatus, host, ports } = event;
    // It may have fallen silent before: this is the first that is heard of it.
    hub.found(listens);
    if (eventType === "status_update_event")
      hub.tell({ ...said, what: taskStatus, detail: `${taskId} at ${host}:${ports.join(",")}` });
    else if (worthTelling.includes(eventType)) hub.tell({ ...said, what: eventType, detail: appId });
  };
  return {
    ...{ id: "events", everyMs: 1_000, usualMs: Number.POSITIVE_INFINITY },
    once: (signal) => askAny(lab(), (origin) => readEvents(http, `${origin}/v2/events`, onEvent, signal)),
  };
}

const said = { event: "news", source: "marathon" } as const;
const listens: Of<"look"> = { event: "look", id: "events", state: "answers", seen: "" };
