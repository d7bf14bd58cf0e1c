import { connect, type Socket } from "node:net";

/** Bounds the sockets that a given-up request leaves connecting to a machine that is gone. */
const connectTimeoutMs = 10_000;

/** Opens a plain connection for undici, and notes it among `sockets` as long as it lives. */
export function openSocket(
  sockets: Set<Socket>,
  { hostname, port }: { readonly hostname: string; readonly port: string },
  callback: (...result: [error: Error, socket: null] | [error: null, socket: Socket]) => void,
): void {
  const socket = connect({ host: hostname, port: Number(port || 80), noDelay: true });
  sockets.add(socket);
  const onError = (error: Error) => callback(error, null);
  socket.once("error", onError);
  socket.once("close", () => sockets.delete(socket));
  socket.setTimeout(connectTimeoutMs, () =>
    socket.destroy(Object.assign(new Error("connect timeout"), { code: "ETIMEDOUT" })),
  );
  socket.once("connect", () => {
    socket.setTimeout(0);
    socket.removeAllListeners("timeout").removeListener("error", onError);
    callback(null, socket);
  });
}
