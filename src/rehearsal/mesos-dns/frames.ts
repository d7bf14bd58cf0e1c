import type { Socket } from "node:net";

/** Sends one DNS message over TCP: two bytes of length, then the message. */
export function writeFrame(socket: Socket, message: Buffer): void {
  const frame = Buffer.alloc(2 + message.length);
  frame.writeUInt16BE(message.length);
  message.copy(frame, 2);
  socket.write(frame);
}

/** Hands out the DNS messages of a TCP connection, in order. */
export function readFrames(socket: Socket, onMessage: (message: Buffer) => void): void {
  let buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= 2 && buffer.length >= 2 + buffer.readUInt16BE(0)) {
      const end = 2 + buffer.readUInt16BE(0);
      const message = Buffer.from(buffer.subarray(2, end));
      buffer = buffer.subarray(end);
      onMessage(message);
    }
  });
}
