import { newApp } from "../../src/rehearsal/marathon/api/app-schema.ts";
import { read } from "../../src/rehearsal/marathon/api/play-json.ts";
import { newDefinition } from "../../src/rehearsal/marathon/apps/app-definition.ts";
import type { AppDefinition } from "../../src/rehearsal/marathon/apps/model.ts";

/** An app as Marathon reads it: `/app` with a command, but for these fields. */
export function readApp(fields: object = {}): AppDefinition {
  return newDefinition(read(newApp, JSON.stringify({ id: "app", cmd: "sleep 1", ...fields })));
}
