/** The events after which the routes may be others. */
const telling = new Set([
  "status_update_event",
  "health_status_changed_event",
  "api_post_event",
  "app_terminated_event",
]);

/** Follows one stream of server-sent events to its end; `onChange` is called at its start and at every telling event. */
export async function followEvents(
  marathon: string,
  signal: AbortSignal,
  onChange: () => void,
): Promise<void> {
  const response = await fetch(`${marathon}/v2/events`, { headers: { accept: "text/event-stream" }, signal });
  if (!response.ok || response.body === null) throw new Error(`/v2/events answered ${response.status}`);
  // Whatever happened before the stream was open was not told.
  onChange();
  for await (const type of eventTypes(response.body)) if (telling.has(type)) onChange();
}

/** The types of the events of a stream, as they come. */
export async function* eventTypes(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  let type = "";
  for await (const chunk of stream) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.map((each) => each.replace(/\r$/, ""))) {
      if (line.startsWith("event:")) type = line.slice("event:".length).trim();
      if (line !== "" || type === "") continue;
      yield type;
      type = "";
    }
  }
}
