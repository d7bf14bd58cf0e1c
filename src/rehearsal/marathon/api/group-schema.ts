import * as z from "zod/mini";
import type { GroupUpdate } from "../apps/group-update.ts";
import { newApp } from "./app-schema.ts";
import { double, list, object, optional, text, timestamp, where } from "./play-json.ts";

const path = where(text, (value) => value !== "", "error.minLength");

/** A group as `POST` and `PUT /v2/groups` take it. */
export const groupUpdate: z.ZodMiniType<GroupUpdate> = object({
  id: optional(path),
  apps: optional(list(newApp)),
  groups: optional(list(z.lazy(() => groupUpdate))),
  dependencies: optional(list(path)),
  scaleBy: optional(double),
  version: optional(timestamp),
});
