import type { EventBus } from "./event-bus.ts";

/** An empty line now and then tells both ends that the other is still there. */
const heartbeatMs = 10_000;
/** Events that may wait for a slow reader before the stream is closed. */
const backlog = 50;
const lineEnd = Buffer.from("\r\n");

/** The events from now on as a `text/event-stream`, until the reader goes away. */
export function eventStream(bus: EventBus, remoteAddress: string): ReadableStream<Uint8Array> {
  let end = () => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (...parts: readonly Uint8Array[]) => {
          if ((controller.desiredSize ?? 0) <= 0) {
            end();
            controller.close();
          } else controller.enqueue(Buffer.concat(parts));
        };
        // Marathon tells the new reader of its own arrival.
        const stop = bus.listen(({ eventType, json }) =>
          send(Buffer.from(`event: ${eventType}\r\ndata: `), ...json.pieces, lineEnd, lineEnd),
        );
        const heartbeat = setInterval(() => send(lineEnd), heartbeatMs);
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
