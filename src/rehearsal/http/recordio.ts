/** RecordIO as the Mesos v1 API frames its streams: the length in bytes, a newline, that many bytes of JSON. */
export function encodeRecord(value: unknown): Uint8Array {
  const body = Buffer.from(JSON.stringify(value));
  return Buffer.concat([Buffer.from(`${body.length}\n`), body]);
}

/** Far above any message of these services; a longer one is a broken stream. */
const longestRecord = 16 * 1024 * 1024;

/**
 * The records of a stream, in order.
 * @throws Error when the stream is not RecordIO or ends inside a record.
 */
export async function* decodeRecords(stream: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  let buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const newline = buffer.indexOf(10);
      const header = buffer.subarray(0, newline === -1 ? buffer.length : newline).toString("latin1");
      if (!/^\d*$/.test(header) || header.length > 9) throw new Error("not a RecordIO stream");
      if (newline === -1) break;
      const length = Number(header);
      if (length > longestRecord) throw new Error(`a record of ${length} bytes is too long`);
      if (buffer.length < newline + 1 + length) break;
      yield JSON.parse(buffer.subarray(newline + 1, newline + 1 + length).toString("utf8"));
      buffer = buffer.subarray(newline + 1 + length);
    }
  }
  if (buffer.length > 0) throw new Error("the stream ended inside a record");
}

/** The sending end of a RecordIO response. */
export interface RecordSink {
  readonly body: ReadableStream<Uint8Array>;
  /** False when the receiver is gone or has fallen hopelessly behind. */
  send(value: unknown): boolean;
  close(): void;
}

/** Records that may wait for a slow receiver before it is given up. */
const backlog = 4_096;

/** @param onGone called once when the receiver goes away; not after `close`. */
export function recordSink(onGone: () => void): RecordSink {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start: (created) => {
        controller = created;
      },
      cancel: () => {
        if (controller === undefined) return;
        controller = undefined;
        onGone();
      },
    },
    { highWaterMark: backlog },
  );
  const close = () => {
    const open = controller;
    controller = undefined;
    open?.close();
  };
  return {
    body,
    close,
    send: (value) => {
      if (controller === undefined) return false;
      if ((controller.desiredSize ?? 0) <= 0) {
        close();
        onGone();
        return false;
      }
      controller.enqueue(encodeRecord(value));
      return true;
    },
  };
}
