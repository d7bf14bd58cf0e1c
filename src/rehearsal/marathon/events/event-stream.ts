import type { EventBus } from "./event-bus.ts";

/** An empty line now and then tells both ends that the other is still there. */
const heartbeatMs = 10_000;
/** Events that may wait for a slow reader before the stream is closed. */
const backlog = 50;

/** The events from now on as a `text/event-stream`, until the reader goes away. */
export function eventStream(bus: EventBus, remoteAddress: string): ReadableStream<Uint8Array> {
  let end = () => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (...parts: readonly (string | Uint8Array)[]) => {
          if ((controller.desiredSize ?? 0) <= 0) {
            end();
            controller.close();
          } else controller.enqueue(Buffer.concat(parts.map(bytesOf)));
        };
        // Marathon tells the new reader of its own arrival.
        const stop = bus.listen(({ eventType, json }) =>
          send(`event: ${eventType}\r\ndata: `, json.bytes, "\r\n\r\n"),
        );
        const heartbeat = setInterval(() => send("\r\n"), heartbeatMs);
        let ended = false;
        end = () => {
          if (ended) return;
          ended = true;
          stop();
          clearInterval(heartbeat);
          bus.publish("event_stream_detached", { remoteAddress });
        };
        bus.publish("event_stream_attached", { remoteAddress });
      },
      cancel: () => end(),
    },
    { highWaterMark: backlog },
  );
}

function bytesOf(part: string | Uint8Array): Uint8Array {
  return typeof part === "string" ? Buffer.from(part) : part;
}
