import type { Judgement } from "../claim.ts";
import type { Route } from "./routes.ts";

/** Every application answered with a page of its own, whatever it says; 503 is the proxy's word for nobody there. */
export function judgeServed(
  answers: readonly { readonly route: Route; readonly status: number }[],
): Judgement {
  const seen = answers.map(({ route, status }) => `${route.app} at ${route.servicePort}: ${status}`);
  return {
    holds: answers.every(({ status }) => status !== 503),
    seen: seen.join("; ") || "no application",
  };
}
