import type { Http } from "../probes/http.ts";

/** The fields that a drill reads of Marathon's events; others are ignored. */
export interface MarathonEvent {
  readonly eventType: string;
  readonly appId: string;
  readonly taskId: string;
  readonly taskStatus: string;
  readonly host: string;
  readonly ports: readonly number[];
}

/** Reads Marathon's server-sent events until the stream ends. */
export async function readEvents(
  http: Http,
  url: string,
  onEvent: (event: MarathonEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const onLine = (line: string) => {
    const event = parseEventLine(line);
    if (event !== undefined) onEvent(event);
  };
  await http.lines(url, onLine, { signal, headers: { accept: "text/event-stream" } });
}

/** The event in one line of the stream, or undefined for lines that hold none, or none that fits. */
export function parseEventLine(line: string): MarathonEvent | undefined {
  if (!line.startsWith("data:")) return undefined;
  try {
    const event = JSON.parse(line.slice(5)) as Partial<Record<keyof MarathonEvent, unknown>>;
    const text = (value: unknown) => (typeof value === "string" ? value : "");
    return {
      eventType: text(event.eventType),
      appId: text(event.appId),
      taskId: text(event.taskId),
      taskStatus: text(event.taskStatus),
      host: text(event.host),
      ports: Array.isArray(event.ports) ? event.ports.filter((port) => Number.isInteger(port)) : [],
    };
  } catch {
    return undefined;
  }
}
