#!/usr/bin/env node
// Nothing but listening to signals comes before the rest is loaded: that takes longer than Node's own start, and an
// interrupt meanwhile is one like any other. Not awaited: the rest shares the listener's module with this one.
import "./interruption.ts";

void import("./cli.ts");
