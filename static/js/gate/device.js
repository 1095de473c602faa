// The device: paired once, a principal of its own, gone without a trace when it leaves.

import * as clock from "./clock.js"
import * as server from "./server.js"
import * as store from "./store.js"
import { importKey } from "./sealing.js"
import { here, tell } from "./state.js"

export const APP_VERSION = document.getElementById("main").dataset.version

// Who we were when the app was last open, if we are still somebody.
export async function load() {
  here.device = await store.device.get()
  if (!here.device) return null
  server.use(here.device.token)
  clock.remember(here.device.skew)
  return here.device
}

// A code from the console, or null and why not.
export function pair(code, name) {
  return ask({ code, ...(name && { name }) })
}

function refused(word) {
  return { device: null, word }
}

// Whoever is signed in on this browser, and may stand at a door; null for nobody.
export async function signedIn() {
  try {
    const response = await fetch("/scan/member", { headers: { Accept: "application/json" }, cache: "no-store" })
    return response.ok ? (await response.json()).member : null
  } catch {
    return null
  }
}

export function pairAsMember(name) {
  return ask({ name }, { credentials: "same-origin" })
}

async function ask(facts, how) {
  const body = { ...facts, app_version: APP_VERSION }
  const answer = await server.call("POST", "/devices/pair", { body, ...how })
  if (answer.ok) return take(answer.body)
  if (answer.status === 0) return refused("pair.offline")
  if (answer.status === 429) return refused("pair.slow")
  return refused(answer.status >= 500 ? "pair.failed" : "pair.wrong")
}

async function take({ device, tenant, keys }) {
  const { token, key, ...facts } = device
  const known = Object.fromEntries(keys.map((each) => [each.number, each.public]))
  const own = { chosen: {}, settings: { sound: true } }
  const row = { ...facts, ...own, token, tenant, keys: known, key: await importKey(key) }
  await store.wipe()
  await store.device.put(row)
  store.askToPersist()
  here.device = row
  server.use(token)
  tell("paired")
  return { device: row }
}

export async function change(facts) {
  if (!here.device) return
  here.device = { ...here.device, ...facts }
  await store.device.put(here.device)
}

export function set(settings) {
  return change({ settings: { ...here.device.settings, ...settings } })
}

// Somebody signs the device off: the box office is told, if it can be.
export async function signOff() {
  await server.call("DELETE", "/devices/me", { patience: 4000 })
  await leave("pair.signed_out")
}

// Revoked: who comes is forgotten at once, and what was scanned before as soon as it is sent.
export async function retire() {
  if (!here.device || here.device.revoked) return
  here.manifest = here.gate = null
  await change({ revoked: true })
  await store.forgetLists()
  tell("left", { word: "pair.revoked.waiting" })
}

// Leave, and take everything along. `word` says why, on the screen that follows.
export async function leave(word) {
  if (!here.device) return
  here.device = here.manifest = here.gate = null
  server.use(null)
  await store.wipe()
  localStorage.removeItem("gate-camera")
  tell("left", { word })
}
