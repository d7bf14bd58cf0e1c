import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Keeps out all but the page that this server gave: other pages of the browser, and other users of this computer. */
export interface Gate {
  /** To be put behind `#` in the page's address, which browsers send to nobody. */
  readonly token: string;
  /** Why a request is refused, whatever it asks for; undefined where it is not. */
  wrongPlace(request: IncomingMessage): string | undefined;
  /** Whether who asks knows the token. */
  knows(request: IncomingMessage): boolean;
}

/** @param port where the server listens. */
export function makeGate(port: number): Gate {
  const token = randomBytes(24).toString("base64url");
  const expected = Buffer.from(`Bearer ${token}`);
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  return {
    token,
    wrongPlace: ({ headers: { host = "", origin } }) => {
      // A foreign name that was made to lead here after its page was loaded.
      if (!hosts.includes(host)) return "the Host header is not this server's";
      if (origin !== undefined && origin !== `http://${host}`) return "requests of other pages are not taken";
      return undefined;
    },
    knows: ({ headers }) => {
      const given = Buffer.from(headers.authorization ?? "");
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
