import { html, raw } from "hono/html";

export interface HtmlPage {
  readonly title: string;
  readonly style: string;
  /** What the page may load; unless it says so, nothing but its own style. */
  readonly policy?: string;
  readonly body: ReturnType<typeof html>;
}

const stillPage = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** A page in one file: nothing comes from outside, and its text is escaped. */
export function htmlPage({ title, style, policy = stillPage, body }: HtmlPage): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${body}
</body>
</html>
`);
}
