import { follow } from "./live.js";
import { drawLines } from "./map.js";
import { replay } from "./replay.js";
import { live, recording } from "./server.js";

addEventListener("resize", drawLines);
addEventListener("toggle", drawLines, true);
if (live) follow();
else replay(JSON.parse(recording.textContent));
