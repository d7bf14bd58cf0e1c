import { Hono } from "hono";
import { LabError } from "../../errors.ts";
import { pageRoutes } from "../pages/page.ts";
import { aclProblem } from "./haproxy-config.ts";
import type { HeldApps } from "./held.ts";
import { type BambooApp, type BambooService, escapedId } from "./model.ts";
import type { TrafficProxy } from "./proxy.ts";
import type { Renderer } from "./renderer.ts";
import { type Rules, withSlash } from "./rules.ts";

export interface BambooApiParts {
  readonly apps: () => Promise<BambooApp[]>;
  readonly rules: Rules;
  readonly proxy: TrafficProxy;
  readonly renderer: Renderer;
  readonly held: HeldApps;
}

const servicePrefix = "/api/services/";
/** The rehearsal's own word. */
const heldPrefix = "/api/held/";

/** Bamboo 0.2.11's HTTP API and page. */
export function bambooApi(parts: BambooApiParts): Hono {
  const { rules, renderer } = parts;
  const api = new Hono();
  // As Go's http.Error: text, with a line end.
  api.onError((error, context) => context.text(`${error.message}\n`, 400));
  api.notFound((context) => context.text("404 page not found\n", 404));

  pageRoutes(api, "/", "bamboo");
  api.get("/status", (context) => context.text("OK"));
  api.get("/api/state", async (context) => {
    const Apps = await parts.apps().catch(() => null);
    const Services = await rules.all().catch(() => null);
    return context.text(JSON.stringify({ Apps, Services }));
  });

  api.get("/api/services", async (context) => context.json(await rules.all()));
  api.post("/api/services", async (context) => {
    const service = readService(await context.req.text());
    await accept(parts, withSlash(service.Id), service.Acl);
    if (!(await rules.create(service.Id, service.Acl))) throw new Error("Marathon ID might already exist");
    await renderer.nudge();
    return context.json(service);
  });
  api.put(`${servicePrefix}*`, async (context) => {
    const service = readService(await context.req.text());
    const id = withSlash(idIn(context.req.path));
    await accept(parts, id, service.Acl);
    await rules.put(id, service.Acl);
    await renderer.nudge();
    return context.json(service);
  });
  api.delete(`${servicePrefix}*`, async (context) => {
    if (!(await rules.remove(idIn(context.req.path)))) throw new Error("zk: node does not exist");
    await renderer.nudge();
    return context.json(null);
  });

  api.put(`${heldPrefix}*`, async (context) => {
    parts.held.hold(idIn(context.req.path, heldPrefix), await parts.apps(), () => void renderer.nudge());
    return context.json(null);
  });
  api.delete(`${heldPrefix}*`, async (context) => {
    parts.held.release(idIn(context.req.path, heldPrefix));
    await renderer.nudge();
    return context.json(null);
  });

  api.post("/api/marathon/event_callback", (context) => {
    renderer.nudgeSoon();
    return context.text("Got it!");
  });
  return api;
}

/** The id may begin with a slash of its own: `/api/services//tomcat`. */
function idIn(path: string, prefix = servicePrefix): string {
  return decodeURIComponent(path.slice(prefix.length));
}

/** @throws Error when HAProxy would not take the rule: Bamboo 0.2.11 stores it and falls over it for ever. */
async function accept(parts: BambooApiParts, id: string, acl: string): Promise<void> {
  const problem = aclProblem(acl);
  if (problem !== undefined) throw new Error(problem);
  if (!/^[\w/.-]+$/.test(id)) throw new Error(`'${id}' is not the id of a Marathon app`);
  const EscapedId = escapedId(id);
  // Alone with a task of its own: the rule counts even where the app does not run yet.
  const Tasks = [{ Host: "127.0.0.1", Port: 1 }];
  const app = { Id: id, EscapedId, HealthCheckPath: "", Tasks, ServicePort: 0, Env: null };
  await parts.proxy
    .check({ apps: [app], services: { [id]: { Id: id, Acl: acl } } })
    .catch((error: unknown) => {
      if (error instanceof LabError) throw new Error([error.message, ...error.details].join("\n"));
      throw error;
    });
}

/** Go reads keys in any case, and ignores what it does not know. */
function readService(body: string): BambooService {
  const undecodable = new Error("Unable to decode JSON request");
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw undecodable;
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw undecodable;
  const field = (name: string) => {
    const value = Object.entries(json).find(([key]) => key.toLowerCase() === name)?.[1] ?? "";
    if (typeof value !== "string") throw undecodable;
    return value;
  };
  return { Id: field("id"), Acl: field("acl") };
}
