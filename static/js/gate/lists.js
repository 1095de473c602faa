// Lists: fetching an event's manifest, keeping it sealed, and following what changes.
//
// A list is believed only with the tenant's signature, by a key that was learnt when the device was
// paired, or from the server since.

import * as clock from "./clock.js"
import * as server from "./server.js"
import * as store from "./store.js"
import { change } from "./device.js"
import { fromBase64url } from "./codes.js"
import { Manifest } from "./manifest.js"
import { seal, unseal } from "./sealing.js"
import { verifyEd25519 } from "./signatures.js"
import { here, tell } from "./state.js"

const FORMAT = 1
const SIGNED_AS = "EventFlow manifest\0"
const FOLD_AFTER = 60
const KEEP_AFTER_EVENT = 24 * 3_600_000

let unfolded = 0

// The list as this device has it; null if it has none that can be read.
export async function open(eventId) {
  const kept = await store.lists.get(eventId)
  if (!kept) return null
  try {
    const manifest = new Manifest(await unseal(here.device.key, kept))
    const changes = await store.lists.changes(eventId)
    for (const each of changes) manifest.apply(await unseal(here.device.key, each))
    unfolded = changes.length
    for (const scan of await store.scans.of(eventId)) {
      if (scan.state === "waiting" || scan.acked > manifest.fetched) manifest.note(scan)
    }
    return manifest
  } catch {
    await store.lists.forget(eventId)
    return null
  }
}

// The whole list from the server; null when that does not work out now.
export async function fetchWhole(event) {
  const answer = await server.call("GET", `/events/${event.slug}/manifest`, { patience: 60_000 })
  if (!answer.ok) return failed(answer)
  if (answer.body.format !== FORMAT || !(await isBelieved(answer))) return null
  const manifest = new Manifest({ ...answer.body, fetched: clock.now() })
  for (const scan of await store.scans.of(manifest.event.id)) if (scan.state === "waiting") manifest.note(scan)
  await keep(manifest)
  return manifest
}

// What changed since; true if the list is now as new as the server's.
export async function follow(manifest) {
  const path = `/events/${manifest.event.slug}/manifest/changes?since=${manifest.version}`
  const answer = await server.call("GET", path)
  if (!answer.ok) return failed(answer)
  if (!(await isBelieved(answer))) return false
  if (answer.body.reset) return replaceWhole(manifest)
  const before = manifest.version
  manifest.apply(answer.body)
  manifest.fetched = clock.now()
  if (answer.body.version !== before || answer.body.tickets?.length) {
    await store.lists.append({ event: manifest.event.id, ...(await seal(here.device.key, answer.body)) })
    if (++unfolded >= FOLD_AFTER) await keep(manifest)
    tell("list")
  }
  return true
}

async function replaceWhole(manifest) {
  const fresh = await fetchWhole(manifest.event)
  if (!fresh) return false
  if (here.manifest === manifest) here.manifest = fresh
  tell("list")
  return true
}

async function keep(manifest) {
  const sealed = await seal(here.device.key, manifest)
  await store.lists.replace({ event: manifest.event.id, until: goneAt(manifest), ...sealed })
  unfolded = 0
}

function goneAt({ event }) {
  return Date.parse(event.ends_at ?? event.starts_at) + KEEP_AFTER_EVENT
}

// Lists whose event has been over for a day; their scans too, once they are sent.
export async function forgetOver() {
  for (const list of await store.lists.all()) {
    if (list.until > clock.now()) continue
    await store.lists.forget(list.event)
    await store.scans.forget(list.event)
    if (here.manifest?.event.id === list.event) {
      here.manifest = here.gate = null
      tell("over")
    }
  }
}

async function isBelieved({ body, text, headers }) {
  const [number, signature] = (headers.get("X-EventFlow-Signature") ?? "").split(":")
  if (!signature) return false
  const key = here.device?.keys[number] ?? (await askForKey(number))
  if (!key) return false
  const message = new TextEncoder().encode(SIGNED_AS + text)
  if (!(await verifyEd25519(fromBase64url(key), fromBase64url(signature), message))) return false
  await learn(body)
  return true
}

// Paired before the tenant had a key, or it has a new one: the server itself is asked.
async function askForKey(number) {
  const answer = await server.call("GET", "/devices/me")
  if (answer.ok) await learn(answer.body)
  return here.device?.keys[number]
}

// A new key of the tenant's, told by whom we believe already.
export async function learn(body) {
  const told = Object.fromEntries((body.keys ?? []).map((each) => [each.number, each.public]))
  const fresh = Object.keys(told).some((number) => here.device?.keys[number] !== told[number])
  if (fresh) await change({ keys: { ...told, ...here.device.keys } })
}

function failed(answer) {
  tell("answer", { answer })
  return null
}
