// The door: one reading of a code, from its text to a row on the disk. The answer is shown only
// after the row is written, so that no crash forgets somebody who has been let in. A device that
// leaves meanwhile answers nothing: null.

import * as clock from "./clock.js"
import * as store from "./store.js"
import { ROTATING, fromBase64url, read } from "./codes.js"
import { OVERRIDABLE, judge } from "./judge.js"
import { digestOf, phoneDigest } from "./manifest.js"
import { seal } from "./sealing.js"
import { isSigned } from "./signatures.js"
import { here, tell } from "./state.js"

const MOST_OF_A_STRANGER = 400

const tabs = new BroadcastChannel("eventflow-gate")

// What another tab of this device did counts here too.
tabs.onmessage = ({ data: scan }) => {
  if (scan.event === here.manifest?.event.id) here.manifest.note(scan)
  tell("scans")
}

// Readings are judged one after the other: two of one ticket at once are first and second.
let turn = Promise.resolve()

function inTurn(act) {
  const mine = turn.then(() => (here.manifest ? act(here.manifest) : null))
  turn = mine.catch(() => {})
  return mine
}

export function scanText(text, { override, seenAt } = {}) {
  return inTurn(async (manifest) => {
    const claims = read(text)
    const about = { text, claims, signed: false, digest: null, ticket: null, phone: null, seenAt }
    if (claims) {
      const key = manifest.keys.find((each) => each.number === claims.key)
      about.signed = key !== undefined && (await isSigned(claims, fromBase64url(key.public)))
      about.digest = about.signed ? await digestOf(claims.ticket) : null
      about.ticket = about.digest ? manifest.ticket(about.digest) : null
      about.phone = claims.version === ROTATING ? await phoneDigest(claims.phoneKey) : null
    }
    return decide(about, override)
  })
}

// Somebody found on the list, without a code.
export function scanTicket(digest, { override } = {}) {
  return inTurn((manifest) => {
    const about = { text: null, claims: null, signed: true, digest, ticket: manifest.ticket(digest), phone: null }
    return decide(about, override)
  })
}

async function decide(about, override) {
  const { manifest, gate, direction } = here
  if (!manifest) return null
  const at = clock.now()
  const verdict = judge({
    ...about,
    event: manifest.event,
    standing: about.ticket ? manifest.standing(about.ticket, gate?.area) : null,
    gate,
    direction,
    at,
    override: Boolean(override),
  })
  const scan = {
    scan_id: crypto.randomUUID(),
    event: manifest.event.id,
    slug: manifest.event.slug,
    digest: about.digest,
    at,
    gate: gate?.id ?? null,
    gateName: gate?.name ?? "",
    area: gate?.area ?? null,
    by: here.device.name,
    direction,
    result: verdict.result,
    reason: verdict.reason,
    override: Boolean(override),
    why: override || "",
    version: manifest.version,
    state: "waiting",
  }
  const isBack = verdict.result === "VALID" && direction !== "out" && Boolean(about.ticket) && manifest.isIn(about.ticket)
  if (!(await write(scan, about))) return null
  manifest.note(scan)
  tabs.postMessage(scan)
  tell("scans")
  const answer = { ...about, verdict, scan, isBack }
  if (verdict.result === "VALID") tell("admitted", answer)
  return answer
}

// The code itself is sealed: whoever reads the disk must not find codes that are still good.
async function write(scan, { text, claims }) {
  const code = claims ? claims.code : legible(text)
  const sealed = text === null ? {} : await seal(here.device.key, { code })
  if (!here.manifest) return false
  await store.scans.put({ ...scan, ...sealed })
  return true
}

// What was read and is no code of ours, as something that can be sent and shown.
function legible(text) {
  return text?.slice(0, MOST_OF_A_STRANGER).replace(/[\x00-\x1f\x7f-\x9f\ud800-\udfff]/g, "?") || "?"
}

export function mayOverride(answer) {
  return OVERRIDABLE.has(answer.verdict.reason)
}

// Take a scan back. The row stays, here and at the box office, with who undid it and when.
export function undo(scanId, why) {
  return inTurn(async () => {
    const kept = await store.scans.get(scanId)
    if (!kept || kept.undone || !here.manifest) return null
    const scan = { ...kept, undone: clock.now(), undoWhy: why, undoState: "waiting", state: "waiting", sent: kept.state !== "waiting" || kept.sent }
    await store.scans.put(scan)
    here.manifest?.note(scan)
    tabs.postMessage(scan)
    tell("scans")
    return scan
  })
}
