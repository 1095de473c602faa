// The answer: the whole screen says it, in colour, shape, word, sound and vibration. It stays until
// the next code or a tap, and the camera looks on underneath.

import * as badges from "../badges.js"
import * as door from "../door.js"
import * as sounds from "../sounds.js"
import * as group from "./group.js"
import { crowd, firstEntry, headline, kindOf, notes, tierAndSeat, why } from "../answers.js"
import { byId, once, say, settle, speak, tellIn } from "../dom.js"
import { here, hear, maySupervise, tell, zone } from "../state.js"
import { clock, counted, number, word } from "../words.js"

const ALREADY_IN = new Set(["already_checked_in", "already_inside"])
const panel = byId("answer")
// What the answer covers: nobody gets there by Tab, nor by a key that a scanner types.
const covered = [...panel.parentElement.children].filter((each) => each !== panel && !each.matches("h1"))

let shown = null
let alike = 1

export function current() {
  return shown
}

export function show(answer) {
  alike = isLikeTheLast(answer) ? alike + 1 : 1
  shown = answer
  const { verdict, ticket, scan } = answer
  const isIn = verdict.result === "VALID" && scan.direction !== "out"
  const { alarm, text: full } = (isIn && crowd()) || { alarm: "" }
  const kind = alarm === "full" ? "doubt" : kindOf(verdict)
  panel.dataset.kind = kind
  panel.dataset.result = verdict.result
  panel.dataset.reason = verdict.reason
  panel.dataset.scan = scan.scan_id
  panel.dataset.alarm = alarm
  document.body.dataset.answer = kind
  const texts = {
    word: headline(verdict, scan.direction),
    why: why(answer),
    name: ticket ? ticket.name || word("nameless") : "",
    tier: tierAndSeat(ticket),
    first: firstEntry(answer),
  }
  for (const [part, text] of Object.entries(texts)) say(byId(`answer-${part}`), text)
  tellIn(byId("answer-alarm"), alarm && full)
  const time = clock(scan.at, zone(), true)
  const again = alike > 1 ? word("read_again", { count: number(alike) }) : ""
  say(byId("answer-time"), [word("read_at", { time }), again].filter(Boolean).join(" · "))
  byId("answer-ticket").hidden = !ticket
  const told = notes(answer)
  byId("answer-notes").replaceChildren(...told.map(item))
  const order = showGroup(answer)
  byId("answer-override").hidden = !(maySupervise() && door.mayOverride(answer) && !here.device.locked)
  tellIn(byId("answer-badge"), null)
  byId("answer-reprint").hidden = !((verdict.result === "USED" || answer.isBack) && badges.arePrinted() && !here.device.locked)
  byId("answer-undo").hidden = !(verdict.result === "VALID" && maySupervise() && !here.device.locked)
  panel.hidden = false
  panel.scrollTop = 0
  settle(panel)
  for (const each of covered) each.inert = true
  flash()
  sounds.play(kind)
  if (alarm) sounds.play("alarm")
  speak(sentences(...Object.values(texts), alarm && full, again, ...told, order))
  tell("answered", answer)
}

export function close() {
  if (panel.hidden) return
  shown = null
  panel.hidden = true
  for (const each of covered) each.inert = false
  delete document.body.dataset.answer
  tell("answered", null)
}

// Of two refusals alike, one after the other, the second one is to be seen too.
function isLikeTheLast({ verdict }) {
  const last = shown?.verdict
  return verdict.result !== "VALID" && last?.result === verdict.result && last.reason === verdict.reason
}

function flash() {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return
  panel.animate([{ opacity: 0.2 }, { opacity: 1 }], { duration: 180, easing: "ease-out" })
}

// Some of them end as sentences do, and some are a name.
function sentences(...texts) {
  return texts.filter(Boolean).map((text) => text.replace(/[.\s]+$/, "")).join(". ")
}

function item(text) {
  const element = document.createElement("li")
  element.textContent = text
  return element
}

// One code shows the whole order: n of m in, and the way to the others, one by one.
function showGroup({ ticket, verdict }) {
  const line = byId("answer-group")
  const button = byId("answer-let-in")
  line.hidden = button.hidden = true
  if (!ticket || here.direction === "out") return ""
  const all = here.manifest.group(ticket).filter((each) => each.status === 0)
  if (all.length < 2) return ""
  const missing = all.filter((each) => !here.manifest.isIn(each))
  const facts = { inside: number(all.length - missing.length), all: number(all.length) }
  say(line, missing.length ? word("group", facts) : word("group.all_in", facts))
  if (missing.length && verdict.result !== "INVALID" && !here.device.locked) {
    button.hidden = false
    button.textContent = counted("others", missing.length)
  }
  return line.textContent
}

export async function undo(scanId) {
  const wasIn = shown?.scan.scan_id === scanId && ALREADY_IN.has(shown.verdict.overrides)
  const scan = await door.undo(scanId, word("undo.why"))
  if (!scan) return
  const name = here.manifest?.ticket(scan.digest)?.name || word("nameless")
  close()
  sounds.play("note")
  const text = word(wasIn ? "undone.still" : "undone", { name })
  say(byId("scan-hint"), text)
  speak(text)
}

byId("answer-let-in").addEventListener("click", () => group.open(shown))
byId("answer-close").addEventListener("click", close)
byId("answer-reprint").addEventListener("click", ({ currentTarget: button }) => {
  button.hidden = true
  badges.print(shown.scan, { again: true })
})
hear("badge", ({ scan_id, word: name, text, isQuiet = false }) => {
  if (shown?.scan.scan_id !== scan_id) return
  byId("answer-badge").toggleAttribute("data-quiet", isQuiet)
  tellIn(byId("answer-badge"), text ?? word(name))
})
byId("answer-undo").addEventListener("click", once(() => undo(panel.dataset.scan)))
panel.addEventListener("click", (event) => {
  if (!event.target.closest("button, a")) close()
})
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close()
})
hear("left", close)
