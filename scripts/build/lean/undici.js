import api from "undici/lib/api/index.js";
import Agent from "undici/lib/dispatcher/agent.js";
import Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import EnvHttpProxyAgent from "undici/lib/dispatcher/env-http-proxy-agent.js";
import redirect from "undici/lib/interceptor/redirect.js";

// As undici's own index does it.
Object.assign(Dispatcher.prototype, api);

const interceptors = { redirect };

export { Agent, EnvHttpProxyAgent, interceptors };
