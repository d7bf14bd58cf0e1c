import { type Container, type Entry, effective } from "../lab/catalogue/container.ts";

/** A value as JSON has it. */
export type Value = string | boolean | readonly Value[] | { readonly [key: string]: Value };

/** A container as arguments of `community.docker.docker_container`. */
export function containerArguments(container: Container): Readonly<Record<string, Value>> {
  return {
    name: container.name,
    image: container.image,
    ...(container.network === "host" && { network_mode: "host" }),
    ...(container.pid && { pid_mode: container.pid }),
    ...(container.privileged && { privileged: container.privileged }),
    ...(container.ports && { published_ports: container.ports }),
    ...(container.volumes && { volumes: container.volumes }),
    ...(container.env && { env: container.env }),
    ...(container.args && { command: container.args }),
    ...(container.restart && { restart_policy: container.restart }),
    ...(container.logOptions && { log_driver: "json-file", log_options: container.logOptions }),
  };
}

/** The reason of each addition, by the path of the argument it adds. */
export function additionComments(entry: Entry): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  let volumes = entry.tutorial.volumes?.length ?? 0;
  let args = entry.tutorial.args?.length ?? 0;
  for (const { add, reason } of entry.additions) {
    const note = `Added: ${reason}.`;
    if (add.restart) comments.set("restart_policy", note);
    if (add.logOptions) comments.set("log_driver", note);
    for (const key of Object.keys(add.env ?? {})) comments.set(`env.${key}`, note);
    if (add.volumes) comments.set(`volumes.${volumes}`, note);
    if (add.args) comments.set(`command.${args}`, note);
    volumes += add.volumes?.length ?? 0;
    args += add.args?.length ?? 0;
  }
  return comments;
}

export interface SharedArguments {
  /** Literal where all machines agree, a Jinja variable where they differ. */
  readonly common: Value;
  /** Per machine, in the given order: the values of those variables. */
  readonly variables: readonly Readonly<Record<string, Value>>[];
}

/** One service's values on several machines as one template and the variables in which the machines differ. */
export function shareAcrossMachines(prefix: string, values: readonly Value[]): SharedArguments {
  const variables: Record<string, Value>[] = values.map(() => ({}));
  const merge = (path: string, alternatives: readonly Value[]): Value => {
    const [first] = alternatives;
    if (first === undefined) throw new Error(`no machine runs ${prefix}`);
    if (alternatives.every((other) => JSON.stringify(other) === JSON.stringify(first))) return first;
    if (Array.isArray(first))
      return first.map((_, index) =>
        merge(
          `${path}_${index + 1}`,
          alternatives.map((each) => at(each, index)),
        ),
      );
    if (typeof first === "object")
      return Object.fromEntries(
        Object.keys(first).map((key) => [
          key,
          merge(
            `${path}_${key}`,
            alternatives.map((each) => at(each, key)),
          ),
        ]),
      );
    const variable = path.toLowerCase().replaceAll(/\W+/g, "_");
    alternatives.forEach((value, index) => {
      (variables[index] as Record<string, Value>)[variable] = value;
    });
    return `{{ ${variable} }}`;
  };
  return { common: merge(prefix, values), variables };
}

function at(value: Value, key: string | number): Value {
  return (value as Record<string | number, Value>)[key] as Value;
}

/** What a playbook and the host variables need to know of one service. */
export function serviceArguments(entries: readonly Entry[]): SharedArguments {
  const group = groupOf(entries);
  return shareAcrossMachines(
    group,
    entries.map((entry) => containerArguments(effective(entry)) as Value),
  );
}

/** The inventory group of a service: group names have no dashes. */
export function groupName(service: string): string {
  return service.replaceAll("-", "_");
}

function groupOf(entries: readonly Entry[]): string {
  return groupName(entries[0]?.service ?? "");
}
