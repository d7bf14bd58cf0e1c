/** An answer that refuses a request: status and JSON body as Marathon 0.15 gives them. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(String(body.message));
    this.name = "ApiError";
    this.status = status;
    this.body = body;
  }
}

export const badRequest = (message: string) => new ApiError(400, { message });
export const notFound = (message: string) => new ApiError(404, { message });
export const unknownApp = (id: string) => notFound(`App '${id}' does not exist`);
export const unknownTask = (id: string) => notFound(`Task '${id}' does not exist`);
export const conflict = (message: string) => new ApiError(409, { message });

/** A wrong argument, as Marathon's own code finds it. */
export const unprocessable = (message: string) => new ApiError(422, { message });

/** Something of Marathon that this stand-in does not do: refused, never silently ignored. */
export const unsupported = (what: string) =>
  new ApiError(422, { message: `${what} is not supported by the mesos-lab rehearsal of Marathon` });

export const invalid = (details: readonly { attribute: string; error: string }[]) =>
  new ApiError(422, { message: "Object is not valid", details });

export const locked = (deploymentIds: readonly string[]) =>
  new ApiError(409, {
    message:
      "App is locked by one or more deployments. Override with the option '?force=true'. " +
      "View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
    deployments: deploymentIds.map((id) => ({ id })),
  });
