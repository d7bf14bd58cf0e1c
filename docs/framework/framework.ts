/** A Mesos framework: runs one command as a task, and again when it ends badly. framework.ts MASTER:PORT COMMAND */
import { randomUUID } from "node:crypto";
import { type IncomingMessage, request } from "node:http";

const [master, command] = process.argv.slice(2);
const framework = { user: "root", name: "my-first-framework", failover_timeout: 0 };
const json = { "content-type": "application/json", accept: "application/json" };
/** What each later call has to carry: the framework's id, and the stream's. */
const stream: { framework_id?: { value: string }; id?: string } = {};

function post(call: object): Promise<IncomingMessage> {
  const headers = { ...json, ...(stream.id ? { "mesos-stream-id": stream.id } : {}) };
  return new Promise((resolve, reject) => {
    const sent = request(`http://${master}/api/v1/scheduler`, { method: "POST", headers }, resolve);
    sent.once("error", reject).end(JSON.stringify({ framework_id: stream.framework_id, ...call }));
  });
}

/** RecordIO: the length of each record in digits, a line feed, the record. */
async function* events(answer: IncomingMessage) {
  let rest = Buffer.alloc(0);
  for await (const chunk of answer) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      const next = end + 1 + Number(rest.subarray(0, end));
      if (rest.length < next) break;
      yield JSON.parse(rest.subarray(end + 1, next).toString());
      rest = rest.subarray(next);
    }
  }
}

const amount = (name: string, value: number) => ({ name, type: "SCALAR", scalar: { value } });
const resources = [amount("cpus", 0.1), amount("mem", 32)];
const enough = (offer: { resources: typeof resources }) =>
  resources.every(({ name, scalar }) =>
    offer.resources.some((one) => one.name === name && one.scalar.value >= scalar.value),
  );

const answer = await post({ type: "SUBSCRIBE", subscribe: { framework_info: framework } });
stream.id = String(answer.headers["mesos-stream-id"] ?? "");
let wanted = true; // whether a task still has to be launched
for await (const { type, subscribed, offers, update } of events(answer)) {
  if (type === "SUBSCRIBED") {
    stream.framework_id = subscribed.framework_id;
    console.log("subscribed as", subscribed.framework_id.value);
  }
  for (const offer of offers?.offers ?? []) {
    if (wanted && enough(offer)) {
      wanted = false;
      const task_id = { value: `task-${randomUUID()}` };
      const task = { name: "my-first-task", task_id, agent_id: offer.agent_id, resources };
      const launch = { task_infos: [{ ...task, command: { shell: true, value: command } }] };
      const operations = [{ type: "LAUNCH", launch }];
      await post({ type: "ACCEPT", accept: { offer_ids: [offer.id], operations } });
    } // refused for a minute
    else await post({ type: "DECLINE", decline: { offer_ids: [offer.id], filters: { refuse_seconds: 60 } } });
  }
  if (update === undefined) continue;
  const { state, message = "", task_id, agent_id, uuid } = update.status;
  console.log(task_id.value, state, message);
  // Said again and again until it is acknowledged.
  if (uuid) await post({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id, uuid } });
  if (state === "TASK_FINISHED") {
    await post({ type: "TEARDOWN" });
    process.exit();
  }
  if (["TASK_FAILED", "TASK_KILLED", "TASK_LOST", "TASK_ERROR"].includes(state)) {
    wanted = true;
    await post({ type: "REVIVE" }); // what was refused may be offered again
  }
}
