import { ApiError, unsupported } from "./api-error.ts";
import { isEmpty } from "./app-definition.ts";
import type { AppDefinition, AppUpdate } from "./model.ts";
import { invalidSegments, segmentRule } from "./path-id.ts";
import { hostPorts } from "./service-ports.ts";

/** A rule that does not hold. `attribute` is `value` where the rule is about the whole. */
export interface Violation {
  readonly attribute: string;
  readonly error: string;
}

/** @throws ApiError 422 when there are violations. */
export function mustBeValid(violations: readonly Violation[]): void {
  if (violations.length > 0) throw new ApiError(422, { message: "Object is not valid", details: violations });
}

/** What is wrong with a change, whatever app it is for. */
export function updateViolations(update: AppUpdate): readonly Violation[] {
  const { id, dependencies = [], upgradeStrategy, fetch = [] } = update;
  return [
    ...(id === undefined ? [] : idViolations("id", id)),
    ...dependencies.flatMap((other, index) => idViolations(`dependencies[${index}]`, other)),
    ...Object.entries(upgradeStrategy ?? {}).flatMap(([name, share]) =>
      between(`upgradeStrategy.${name}`, share),
    ),
    ...fetch.flatMap(({ uri }, index) => uriViolations(`fetch.[${index}]`, uri)),
  ];
}

/** What is wrong with an app. Health checks are not looked at, but for the ports that they name: as in Marathon. */
export function appViolations(app: AppDefinition): readonly Violation[] {
  const { id, dependencies, upgradeStrategy, fetch, container } = app;
  const violations = [...updateViolations({ id, dependencies, upgradeStrategy, fetch })];
  const whole = (error: string) => violations.push({ attribute: "value", error });
  const commands = Number(app.cmd !== null) + Number(app.args !== null);
  const content = container !== null && !isEmpty(container);
  if (commands > 1 || (commands === 0 && !content))
    whole("AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.");
  if (!portIndicesAreValid(app))
    whole("Health check port indices must address an element of the ports array or container port mappings.");
  return violations;
}

/** A check without an index has to mean the one port there is, even if it names a port. */
function portIndicesAreValid(app: AppDefinition): boolean {
  const ports = hostPorts(app).length;
  return app.healthChecks.every(({ protocol, portIndex }) => {
    if (protocol === "COMMAND") return true;
    return portIndex === undefined ? ports === 1 : portIndex >= 0 && portIndex < ports;
  });
}

export function idViolations(attribute: string, id: string): readonly Violation[] {
  const error = `must fully match regular expression '${segmentRule}'`;
  return invalidSegments(id).map(() => ({ attribute, error }));
}

function between(attribute: string, share: number): readonly Violation[] {
  if (share >= 0 && share <= 1) return [];
  const shown = Number.isInteger(share) ? `${share}.0` : String(share);
  return [{ attribute, error: `got ${shown}, expected between 0.0 and 1.0` }];
}

/** What `java.net.URI` takes: anything of these characters, relative or not. */
function uriViolations(attribute: string, uri: string): readonly Violation[] {
  const isValid = /^(?:[\w\-.~!*'();:@&=+$,/?#[\]\u0080-\uffff]|%[\da-f]{2})*$/i.test(uri);
  return isValid && uri.split("#").length <= 2 ? [] : [{ attribute, error: "URI has invalid syntax." }];
}

/**
 * Refuses what the stand-in does not do.
 * @throws ApiError 422
 */
export function mustBeSupported(app: AppDefinition): void {
  if (app.executor !== "" && app.executor !== "//cmd") throw unsupported(`The executor '${app.executor}'`);
  if (app.storeUrls.length > 0) throw unsupported("storeUrls (an artifact store)");
  if (app.ipAddress !== null) throw unsupported("ipAddress (an IP address per task)");
  if (app.healthChecks.some(({ protocol, command }) => protocol === "COMMAND" && command === undefined))
    throw unsupported("A COMMAND health check without a command");
}
