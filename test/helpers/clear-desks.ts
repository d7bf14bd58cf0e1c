import { afterAll } from "vitest";
import { clearDesks } from "./run-cli.ts";

// Once for a whole file, whose tests run side by side.
afterAll(clearDesks);
