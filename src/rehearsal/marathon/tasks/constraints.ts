import type { MarathonTask } from "../apps/model.ts";

export interface Place {
  readonly hostname: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** True when one more task of the app may run at this place. */
export function meetsConstraint(
  constraint: readonly string[],
  place: Place,
  tasks: readonly MarathonTask[],
): boolean {
  const [field = "", operator = "", value = ""] = constraint;
  const here = field === "hostname" ? place.hostname : place.attributes[field];
  if (here === undefined) return operator === "UNLIKE";
  const others = tasks.map((task) => (field === "hostname" ? task.host : task.attributes[field]));
  switch (operator) {
    case "UNIQUE":
      return !others.includes(here);
    case "CLUSTER":
      return (value === "" || value === here) && others.every((other) => other === here);
    case "LIKE":
      return matches(field, value, here) === true;
    case "UNLIKE":
      return matches(field, value, here) === false;
    case "GROUP_BY":
      return balances(here, others, Number.parseInt(value, 10) || 0);
    default:
      return false;
  }
}

/**
 * Undefined where it cannot be told: a pattern that is none, and none for an attribute. In Marathon, too, that stands
 * nowhere in the answer to the app: its tasks wait.
 */
function matches(field: string, pattern: string, here: string): boolean | undefined {
  if (pattern === "" && field !== "hostname") return undefined;
  try {
    return new RegExp(`^(?:${pattern})$`).test(here);
  } catch {
    return undefined;
  }
}

/** A place without tasks is welcome; a used one only if none has fewer and there are as many groups as asked for. */
function balances(here: string, others: readonly (string | undefined)[], atLeast: number): boolean {
  const counts = new Map<string | undefined, number>();
  for (const other of others) counts.set(other, (counts.get(other) ?? 0) + 1);
  const mine = counts.get(here);
  return mine === undefined || (counts.size >= atLeast && mine === Math.min(...counts.values()));
}
