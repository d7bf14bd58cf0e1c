import type { Context } from "hono";
import { problemOf } from "../json/problem.ts";
import { driverHeader, type SchedulerCall } from "../mesos/api.ts";
import { refusal } from "../mesos/libprocess.ts";
import { missing, schedulerCall } from "./call-schema.ts";
import { type CallAfterSubscribe, handle } from "./calls.ts";
import type { MasterParts } from "./parts.ts";

const json = "application/json";
/** `/api/v1/scheduler`: what frameworks say, and the stream of what they are told. */
export async function schedulerEndpoint(c: Context, master: MasterParts): Promise<Response> {
  if (!master.election.elected) return refusal(c, 503, "Not the leading master");
  if (!master.election.serving) return refusal(c, 503, "Master has not finished recovery");
  if (c.req.method !== "POST")
    return refusal(c, 405, `Expecting a 'POST' request, received '${c.req.method}'`);
  const contentType = c.req.header("content-type");
  if (contentType === undefined) return refusal(c, 400, "Expecting 'Content-Type' to be present");
  if (contentType !== json)
    return refusal(c, 415, `Expecting 'Content-Type' of ${json}: protobuf is not spoken here`);
  const read = parse(await c.req.text());
  if ("error" in read) return refusal(c, 400, `Failed to parse body into JSON: ${read.error}`);
  const wrong = problemOf(schedulerCall, read.value, "the call");
  if (wrong !== undefined) return refusal(c, 400, `Failed to convert JSON into Call protobuf: ${wrong}`);
  const call = read.value as SchedulerCall;
  const lacking = missing(call);
  if (lacking !== undefined) return refusal(c, 400, `Failed to validate Scheduler::Call: ${lacking}`);
  return call.type === "SUBSCRIBE" ? subscribe(c, master, call) : callOfSubscribed(c, master, call);
}

function parse(text: string): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

function subscribe(
  c: Context,
  master: MasterParts,
  call: Extract<SchedulerCall, { type: "SUBSCRIBE" }>,
): Response {
  if (!accepts(c.req.header("accept"), json))
    return refusal(c, 406, `Expecting 'Accept' to allow '${json}': protobuf is not spoken here`);
  const { framework_info: info, force = false } = call.subscribe;
  const driver = c.req.header(driverHeader);
  const { streamId, sink } = master.frameworks.subscribe(info, force, driver);
  return new Response(sink.body, { headers: { "Content-Type": json, "Mesos-Stream-Id": streamId } });
}

/** No `Accept` is the same as any. */
function accepts(header: string | undefined, type: string): boolean {
  const [kind = ""] = type.split("/");
  return (header ?? "*/*")
    .split(",")
    .map((part) => part.split(";"))
    .filter(([, ...parameters]) => !parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/.test(parameter)))
    .some(([range = ""]) => [type, `${kind}/*`, "*/*", ""].includes(range.trim().toLowerCase()));
}

function callOfSubscribed(
  c: Context,
  master: MasterParts,
  call: Exclude<SchedulerCall, { type: "SUBSCRIBE" }>,
): Response {
  const framework = master.cluster.frameworks.get(call.framework_id?.value ?? "");
  if (framework === undefined) return refusal(c, 400, "Framework cannot be found");
  if (framework.link === undefined) return refusal(c, 403, "Framework is not subscribed");
  // Mesos has stream ids since 0.25: a client that sends one means it.
  const streamId = c.req.header("mesos-stream-id");
  if (streamId !== undefined && streamId !== framework.streamId)
    return refusal(
      c,
      400,
      `The stream ID '${streamId}' included in this request didn't match the stream ID currently associated with framework ID ${framework.id}`,
    );
  if (call.type === "TEARDOWN") master.frameworks.teardown(framework);
  else handle(master.cluster, framework, call satisfies CallAfterSubscribe, master.knowsAll());
  master.onChange();
  return c.body(null, 202);
}
