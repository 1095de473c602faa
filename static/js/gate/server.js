// The server, as seen from the door: it is there, or it isn't, and both are normal. No call throws.

import * as clock from "./clock.js"

const PATIENCE = 15_000

let token = null

export function use(bearer) {
  token = bearer
}

// {ok, status, body, code, headers}; status 0 when nobody answered.
export async function call(method, path, { body, patience = PATIENCE, credentials = "omit" } = {}) {
  const sent = performance.now()
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      cache: "no-store",
      credentials,
      signal: AbortSignal.timeout(patience),
      headers: {
        Accept: "application/json",
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const answer = parsed(text)
    if (answer?.server_time) clock.measure(answer.server_time, sent, performance.now())
    return { ok: response.ok, status: response.status, body: answer, text, code: answer?.code, headers: response.headers }
  } catch {
    return { ok: false, status: 0, body: null, text: "", code: "offline", headers: new Headers() }
  }
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null
  } catch {
    return null
  }
}
