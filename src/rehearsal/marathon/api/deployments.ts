import { Hono } from "hono";
import { notFound } from "../apps/api-error.ts";
import { deploymentInfo } from "../deployments/deployments.ts";
import type { Plan } from "../deployments/plan.ts";
import type { Runtime } from "../runtime.ts";
import { isYes, json } from "./http.ts";

/** `/v2/deployments` */
export function deploymentRoutes(current: () => Runtime): Hono {
  const api = new Hono();
  api.get("/v2/deployments", (context) => json(context, current().deployments.list().map(deploymentInfo)));
  api.delete("/v2/deployments/:id", async (context) => {
    const { deployments, groups } = current();
    const id = context.req.param("id");
    const deployment = deployments.list().find(({ plan }) => plan.id === id);
    if (deployment === undefined) throw notFound(`DeploymentPlan ${id} does not exist`);
    if (!isYes(context, "force")) return json(context, deploymentResult(await groups.rollBack(deployment)));
    deployments.cancel(id);
    return context.body(null, 202);
  });
  return api;
}

export function deploymentResult({ version, id }: Plan): Record<string, string> {
  return { version, deploymentId: id };
}
