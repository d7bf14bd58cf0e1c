import type { ServerResponse } from "node:http";
import type { Hub } from "../hub.ts";
import type { Item } from "../model/recording.ts";
import { type Line, lineOf } from "../model/words.ts";

/** As many lines a page gets that is opened later. */
const keptLines = 200;
/** A page that takes no events for so long that these wait for it, in bytes, is cut off; it comes back and begins anew. */
const mostWaiting = 4 * 1024 * 1024;
const mostReaders = 20;
const heartbeatMs = 10_000;

/** The pages that read the events as they come, as server-sent events. */
export interface Feed {
  /** Gives it all that is seen so far, and then what is new; false where there are too many already. */
  add(response: ServerResponse): boolean;
  close(): void;
}

export function openFeed(hub: Hub): Feed {
  const readers = new Set<ServerResponse>();
  const log: (Line & { readonly at: string })[] = [];
  const send = (reader: ServerResponse, text: string) => {
    reader.write(text);
    if (reader.writableLength > mostWaiting) reader.destroy();
  };
  const leave = hub.listen((event, before) => {
    const line = lineOf(event, before);
    if (line !== undefined) log.push({ ...line, at: event.at });
    if (log.length > keptLines) log.shift();
    const item: Item = { event, ...(line && { line }) };
    for (const reader of readers) send(reader, message(item));
  });
  const heart = setInterval(() => {
    for (const reader of readers) send(reader, ":\n\n");
  }, heartbeatMs);
  return {
    add: (response) => {
      if (readers.size >= mostReaders) return false;
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      send(response, message({ all: hub.soFar(), log }));
      readers.add(response);
      response.once("close", () => readers.delete(response));
      return true;
    },
    close: () => {
      leave();
      clearInterval(heart);
      for (const reader of readers) reader.destroy();
    },
  };
}

function message(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
