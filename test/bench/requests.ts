/** For one answer of Marathon's. */
const answerMs = 60_000;

export function ask(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...init, signal: AbortSignal.timeout(answerMs) });
}

/** @throws Error with Marathon's words when it does not take the app. */
export async function postApp(apps: string, app: object): Promise<void> {
  const answer = await ask(apps, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(app),
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(text);
}
