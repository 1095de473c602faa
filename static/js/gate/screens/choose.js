// Choosing where one stands: the event, then the gate.

import * as device from "../device.js"
import * as lists from "../lists.js"
import * as server from "../server.js"
import { busyWhile, byId, stamp, tellIn } from "../dom.js"
import { go, screen } from "../screens.js"
import { hear, here } from "../state.js"
import { clock, day, word } from "../words.js"

const form = byId("choose-form")

// The list of the event that is chosen, on its way from the disk or the box office.
let coming = null

async function show() {
  byId("choose-device").textContent = here.device.name
  showEvents()
  const answer = await server.call("GET", "/devices/me")
  if (!here.device || !answer.ok) return
  const { events, gates, role, kiosk, name } = answer.body.device
  await device.change({ events, gates, role, kiosk, name })
  showEvents()
}

function showEvents() {
  const { events, chosen } = here.device
  const wanted = form.event?.value || chosen.event
  const before = events.some((event) => event.id === wanted) ? wanted : events[0]?.id
  byId("choose-events").replaceChildren(...events.map((event) => choice("event", event, before)))
  if (events.length) return fetchList()
  tellIn(byId("choose-told"), word("event.none"))
}

// The gates are part of the list: it is fetched as soon as the event is named.
function fetchList() {
  const event = here.device.events.find((each) => each.id === form.event.value)
  if (!event || coming?.event === event.id) return
  byId("choose-gates-set").hidden = true
  tellIn(byId("choose-told"), word("list.loading"))
  coming = { event: event.id }
  const mine = coming
  mine.list = findList(event).then((manifest) => {
    if (mine !== coming) return manifest
    tellIn(byId("choose-told"), manifest ? null : word("list.none"))
    if (manifest) showGates(manifest)
    else coming = null
    return manifest
  })
}

async function findList(event) {
  if (here.manifest?.event.id === event.id) return here.manifest
  return (await lists.open(event.id)) ?? lists.fetchWhole(event)
}

function showGates(manifest) {
  const gates = allowed(manifest)
  const { chosen } = here.device
  byId("choose-gates-set").hidden = !gates.length
  const before = gates.some((gate) => gate.id === chosen.gate) ? chosen.gate : gates[0]?.id
  byId("choose-gates").replaceChildren(...gates.map((gate) => choice("gate", gate, before, manifest)))
}

function allowed({ gates }) {
  const own = here.device.gates
  return own.length ? gates.filter((gate) => own.includes(gate.id)) : gates
}

function choice(name, thing, before, manifest) {
  const label = stamp("choice")
  const input = label.querySelector("input")
  Object.assign(input, { name, value: thing.id, checked: thing.id === before })
  label.querySelector(".strong").textContent = thing.title ?? thing.name
  label.querySelector(".field__hint").textContent = name === "event" ? when(thing) : opening(thing, manifest.event.timezone)
  return label
}

function when({ starts_at: at, timezone }) {
  return at ? `${day(Date.parse(at), timezone)}, ${clock(Date.parse(at), timezone)}` : ""
}

function opening(gate, zone) {
  return [
    gate.opens_at && word("gate.open_from", { time: clock(Date.parse(gate.opens_at), zone) }),
    gate.closes_at && word("gate.open_until", { time: clock(Date.parse(gate.closes_at), zone) }),
  ]
    .filter(Boolean)
    .join(", ")
}

async function stand() {
  fetchList()
  const manifest = await coming?.list
  if (!manifest || !here.device) return
  const gates = allowed(manifest)
  const gate = gates.find((each) => each.id === form.gate?.value) ?? gates[0] ?? null
  await device.change({ chosen: { event: manifest.event.id, gate: gate?.id ?? null } })
  here.manifest = manifest
  standAt(gate?.id)
  go("ready")
}

export function standAt(gateId) {
  const before = here.gate?.id
  here.gate = here.manifest.gates.find((gate) => gate.id === gateId) ?? null
  // At a gate that lets both in and out, the choice is the person's.
  if (here.gate?.direction === "both" && here.gate.id === before) return
  here.direction = here.gate?.direction === "out" ? "out" : "in"
}

screen("choose", { show, hide: () => (coming = null) })
byId("choose-events").addEventListener("change", fetchList)
form.addEventListener("submit", (event) => {
  event.preventDefault()
  busyWhile(form.querySelector("button"), stand)
})
// A gate that was changed at the box office is changed here, while one stands at it.
hear("list", () => here.gate && standAt(here.gate.id))
hear("over", () => here.device && go("choose", { replace: true }))
