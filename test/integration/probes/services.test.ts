import { expect, onTestFinished, test } from "vitest";
import { findApp, findRules } from "../../../src/demo/services.ts";
import { openHttp } from "../../../src/probes/http.ts";
import { ProbeError } from "../../../src/probes/probe-error.ts";
import { serveHttp } from "../../helpers/local-servers.ts";

/** What Marathon and Bamboo would never say. */
const answers: Record<string, string> = {
  "a page": "<html><h1>Welcome</h1></html>",
  nothing: "",
  "half of an answer": '{"app":{"id":"/tomcat","inst',
  null: "null",
  "another shape": '{"app":{"id":7,"instances":"many"},"x":{"Id":null}}',
  "a list": "[[]]",
  "control characters": "\u001b]0;x\u0007\u001b[2J",
};

test.each(Object.keys(answers))(
  "%s in place of an app or of rules is told, with the address",
  async (what) => {
    const { url } = await serveHttp((_, response) => void response.end(answers[what]));
    const http = openHttp();
    onTestFinished(() => http.close());
    const { signal } = new AbortController();
    for (const found of [findApp(http, url, "/tomcat", signal), findRules(http, url, signal)]) {
      const error: unknown = await found.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ProbeError);
      const { message } = error as ProbeError;
      expect(message).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\S+: (the answer is not JSON|unexpected answer)/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may reach a terminal
      expect(message).not.toMatch(/[\x00-\x1f\x7f]/);
    }
  },
);
