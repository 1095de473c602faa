// Sync: what waits goes up, what changed comes down, in the background, as often as the network
// lets us. Nobody at the door has to know whether it does.

import * as clock from "./clock.js"
import * as lists from "./lists.js"
import * as server from "./server.js"
import * as store from "./store.js"
import { APP_VERSION, change, leave, retire } from "./device.js"
import { unseal } from "./sealing.js"
import { hear, here, tell } from "./state.js"

const OFTEN = 8_000
const SLOWEST = 60_000
const BATCH = 200
const FACTS_EVERY = 30_000

let timer
let running = null
let again = false
let failures = 0
let lastFacts = -Infinity
let lastTold = ""

export function begin() {
  hear("scans", () => hurry())
  hear("answer", async ({ answer }) => {
    await note(answer)
    if (here.device?.revoked) hurry()
  })
  addEventListener("online", () => hurry())
  addEventListener("offline", () => online(false))
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return
    clock.wake()
    hurry()
  })
  navigator.serviceWorker?.addEventListener("message", ({ data }) => data === "sync" && hurry())
  hurry()
}

// Now, or as soon as what is under way is done.
export function hurry() {
  clearTimeout(timer)
  if (running) again = true
  else running = round().finally(next)
  return running
}

function next() {
  running = null
  const pause = failures ? Math.min(SLOWEST, 1000 * 2 ** failures) * (0.75 + Math.random() / 2) : OFTEN
  timer = setTimeout(hurry, again && !failures ? 50 : pause)
  again = false
}

async function round() {
  await countWaiting()
  if (!here.device) return
  try {
    await navigator.locks.request("eventflow-sync", async () => {
      if (!here.device.revoked) {
        if (await push()) await pull()
        await report()
      }
      // Revoked: what was scanned before goes up, then this is no device any more.
      if (here.device?.revoked && (await push())) await leave("pair.revoked")
    })
    await lists.forgetOver()
  } catch (problem) {
    failures++
    console.warn("sync", problem)
  }
  await countWaiting()
}

// Send what waits; true if the server is there and has it all.
async function push() {
  for (;;) {
    const waiting = await store.scans.waiting(BATCH)
    if (!waiting.length || !here.device) return here.device !== null
    const fresh = waiting.filter((scan) => !scan.sent)
    if (fresh.length && !(await send(fresh))) return false
    for (const scan of waiting.filter((each) => each.undoState === "waiting")) {
      if (!(await sendUndo(scan.scan_id))) return false
    }
  }
}

async function send(fresh) {
  const documents = await Promise.all(fresh.map(document_))
  const answer = await server.call("POST", "/checkin/batch", { body: { scans: documents }, patience: 30_000 })
  // It may not even tell any more.
  if (answer.code === "device_revoked") await leave("pair.revoked")
  await note(answer)
  if (answer.body?.revoked) await retire()
  if (answer.status === 422 || answer.status === 413) return sendApart(fresh)
  if (!answer.ok) return false
  const results = new Map(answer.body.results.map((result) => [result.scan_id, result]))
  const rows = []
  for (const scan of fresh) {
    const result = results.get(scan.scan_id)
    if (result) rows.push(acknowledged((await store.scans.get(scan.scan_id)) ?? scan, result))
  }
  await store.scans.putAll(rows)
  for (const row of rows) if (row.event === here.manifest?.event.id) here.manifest.note(row)
  return rows.length > 0
}

// One that cannot be read must not hold up the others: they go by halves, and it is set aside.
async function sendApart(fresh) {
  if (fresh.length > 1) {
    const middle = fresh.length >> 1
    return (await send(fresh.slice(0, middle))) && (await send(fresh.slice(middle)))
  }
  await store.scans.put({ ...fresh[0], state: "refused" })
  return true
}

async function document_(scan) {
  const { code } = scan.sealed ? await unseal(here.device.key, scan) : {}
  return {
    scan_id: scan.scan_id,
    ...(code === undefined ? { ticket: scan.digest } : { code }),
    event: scan.slug,
    scanned_at: new Date(scan.at).toISOString(),
    ...(scan.gate && { gate: scan.gate }),
    direction: scan.direction,
    result: scan.result,
    ...(scan.override && { override: true, reason: scan.why }),
  }
}

// The server has it: the code is no longer needed here.
function acknowledged(scan, answer) {
  const { iv, sealed, ...row } = scan
  const state = scan.undoState === "waiting" ? "waiting" : "sent"
  const office = { result: answer.result, reason: answer.reason, double: Boolean(answer.double) }
  return { ...row, state, sent: true, acked: clock.now(), office }
}

async function sendUndo(scanId) {
  const scan = await store.scans.get(scanId)
  const answer = await server.call("POST", "/checkin/undo", {
    body: { scan_id: scanId, reason: scan.undoWhy },
  })
  await note(answer)
  // Refused is an answer too: asking for ever would hold up everything behind it.
  const refused = [403, 404, 409, 422].includes(answer.status) || answer.code === "device_revoked"
  if (!answer.ok && !refused) return false
  await store.scans.put({ ...scan, state: "sent", undoState: refused ? "refused" : "sent" })
  return true
}

async function pull() {
  const { manifest } = here
  if (manifest && (await lists.follow(manifest)) && here.manifest) await remember()
}

// What the console shows of this device, and whether it still may be one.
async function report() {
  if (!here.device || here.device.revoked) return
  const waiting = await store.scans.countWaiting()
  const told = [waiting, here.manifest?.event.slug, here.gate?.name].join()
  if (performance.now() - lastFacts < FACTS_EVERY && told === lastTold) return
  const { skew, measured } = clock.state()
  const battery = await navigator.getBattery?.().catch(() => null)
  const body = {
    app_version: APP_VERSION,
    waiting,
    ...(measured && { clock_skew_ms: skew }),
    camera: here.camera ?? "unknown",
    ...(battery && { battery: Math.round(battery.level * 100) }),
    ...(here.manifest && {
      manifest_version: here.manifest.version,
      event: here.manifest.event.slug,
      gate: here.gate?.name ?? "",
      data_age_s: Math.max(0, Math.round((clock.now() - here.manifest.fetched) / 1000)),
    }),
  }
  const answer = await server.call("PUT", "/devices/me/facts", { body })
  await note(answer)
  if (!answer.ok) return
  lastFacts = performance.now()
  lastTold = told
  await lists.learn(answer.body)
  await remember()
}

async function remember() {
  const { skew } = clock.state()
  if (here.device && Math.abs(skew - (here.device.skew ?? 0)) > 250) await change({ skew })
}

async function note(answer) {
  if (answer.code === "device_revoked") return retire()
  online(answer.status !== 0 && answer.status < 500 && answer.status !== 429)
  failures = here.contact.online ? 0 : Math.min(failures + 1, 6)
}

function online(is) {
  if (here.contact.online === is) return
  here.contact.online = is
  tell("contact")
}

export async function countWaiting() {
  const waiting = here.device ? await store.scans.countWaiting() : 0
  if (waiting !== here.contact.waiting) {
    here.contact.waiting = waiting
    tell("contact")
  }
  if (waiting) wakeInBackground()
}

// Where the browser can: let it send what waits when the network is back, with the app closed.
async function wakeInBackground() {
  const registration = await navigator.serviceWorker?.getRegistration("/scan/")
  await registration?.sync?.register("scans").catch(() => {})
}
