const token = new URLSearchParams(location.hash.slice(1)).get("token");
export const authorization = `Bearer ${token}`;

export async function send(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return await answer.json();
  } catch {
    return { refused: "mesos-lab watch does not answer any more" };
  }
}
