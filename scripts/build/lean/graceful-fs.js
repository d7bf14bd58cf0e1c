// proper-lockfile makes, touches and removes one folder: it needs no queue for when files run out.
export * from "node:fs";
