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
      return new RegExp(`^(?:${value})$`).test(here);
    case "UNLIKE":
      return !new RegExp(`^(?:${value})$`).test(here);
    case "GROUP_BY":
      return balances(here, others, Number.parseInt(value, 10) || 0);
    default:
      return false;
  }
}

/** A place without tasks is welcome; a used one only if none has fewer and there are as many groups as asked for. */
function balances(here: string, others: readonly (string | undefined)[], atLeast: number): boolean {
  const counts = new Map<string | undefined, number>();
  for (const other of others) counts.set(other, (counts.get(other) ?? 0) + 1);
  const mine = counts.get(here);
  return mine === undefined || (counts.size >= atLeast && mine === Math.min(...counts.values()));
}
