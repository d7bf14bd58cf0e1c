import type { ApiOffer } from "../mesos/api.ts";
import { contains, type Resources, toApi } from "../mesos/resources.ts";
import type { Agent, Cluster, Framework, Offer } from "./cluster.ts";
import { notify } from "./updates.ts";

/** Less than this is not worth an offer (Mesos' MIN_CPUS and MIN_MEM). */
function allocatable({ scalars }: Resources): boolean {
  return (scalars.cpus ?? 0) >= 0.01 || (scalars.mem ?? 0) >= 32;
}

/**
 * Offers everything that is free, an agent at a time, to the framework with the smallest dominant share among those
 * that did not refuse it.
 */
export function allocate(cluster: Cluster, now = performance.now()): void {
  const batches = new Map<Framework, Offer[]>();
  const offersByAgent = cluster.offersByAgent();
  for (const agent of cluster.agents.values()) {
    if (agent.link === undefined || agent.leaving) continue;
    const resources = cluster.freeOn(agent, offersByAgent.get(agent.id) ?? []);
    if (!allocatable(resources)) continue;
    const candidates = [...cluster.frameworks.values()].filter(
      (candidate) => candidate.link !== undefined && !refuses(candidate, agent, resources, now),
    );
    const framework = poorest(cluster, candidates);
    if (framework === undefined) continue;
    const offer = { id: cluster.nextId("offer"), frameworkId: framework.id, agentId: agent.id, resources };
    cluster.offers.set(offer.id, offer);
    const batch = batches.get(framework) ?? [];
    batch.push(offer);
    batches.set(framework, batch);
  }
  for (const [framework, offers] of batches) {
    notify(framework, {
      type: "OFFERS",
      offers: { offers: offers.map((offer) => toApiOffer(cluster, offer)) },
    });
  }
}

export function refuse(framework: Framework, agentId: string, resources: Resources, seconds: number): void {
  const until = performance.now() + seconds * 1_000;
  // What is refused for as long by this one, too, need not be kept.
  const others = (framework.refusals.get(agentId) ?? []).filter(
    (other) => other.until > until || !contains(resources, other.resources),
  );
  framework.refusals.set(agentId, [...others, { resources, until }]);
}

/** Takes back what was offered and not answered, without a word to a framework that is away. */
export function withdraw(cluster: Cluster, which: (offer: Offer) => boolean, how?: "silently"): void {
  for (const offer of [...cluster.offers.values()].filter(which)) {
    cluster.offers.delete(offer.id);
    if (how === "silently") continue;
    notify(cluster.frameworks.get(offer.frameworkId), {
      type: "RESCIND",
      rescind: { offer_id: { value: offer.id } },
    });
  }
}

/** A refusal covers an offer of the same or of less; an offer of more is worth asking again. */
function refuses(framework: Framework, agent: Agent, resources: Resources, now: number): boolean {
  const current = (framework.refusals.get(agent.id) ?? []).filter((refusal) => refusal.until > now);
  if (current.length > 0) framework.refusals.set(agent.id, current);
  else framework.refusals.delete(agent.id);
  // The very same resources are the usual case, and quick to tell.
  return current.some((refusal) => refusal.resources === resources || contains(refusal.resources, resources));
}

/** The one with the smallest dominant share. Shares are counted only where there is a choice: it takes all tasks. */
function poorest(cluster: Cluster, candidates: readonly Framework[]): Framework | undefined {
  if (candidates.length < 2) return candidates[0];
  return candidates
    .map((candidate) => ({ candidate, share: dominantShare(cluster, candidate) }))
    .sort((a, b) => a.share - b.share)[0]?.candidate;
}

function dominantShare(cluster: Cluster, framework: Framework): number {
  const taken = [
    cluster.used((task) => task.frameworkId === framework.id),
    cluster.offered((offer) => offer.frameworkId === framework.id),
  ];
  const total = { cpus: 0, mem: 0 };
  for (const agent of cluster.agents.values()) {
    total.cpus += agent.registration.resources.scalars.cpus ?? 0;
    total.mem += agent.registration.resources.scalars.mem ?? 0;
  }
  const share = (name: "cpus" | "mem") =>
    taken.reduce((sum, part) => sum + (part.scalars[name] ?? 0), 0) / (total[name] || 1);
  return Math.max(share("cpus"), share("mem"));
}

function toApiOffer(cluster: Cluster, offer: Offer): ApiOffer {
  const registration = cluster.agents.get(offer.agentId)?.registration;
  return {
    id: { value: offer.id },
    framework_id: { value: offer.frameworkId },
    agent_id: { value: offer.agentId },
    hostname: registration?.hostname ?? "",
    url: {
      scheme: "http",
      address: { hostname: registration?.hostname, ip: registration?.ip, port: registration?.port },
      path: "/slave(1)",
    },
    resources: toApi(offer.resources),
    attributes: Object.entries(registration?.attributes ?? {}).map(([name, value]) => ({
      name,
      type: "TEXT",
      text: { value },
    })),
    executor_ids: [],
  };
}
