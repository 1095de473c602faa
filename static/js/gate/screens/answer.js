// The answer: the whole screen says it, in colour, shape, word, sound and vibration. It stays until
// the next code or a tap, and the camera looks on underneath.

import * as door from "../door.js"
import * as sounds from "../sounds.js"
import { firstEntry, headline, kindOf, notes, tierAndSeat, why } from "../answers.js"
import { byId, say, speak } from "../dom.js"
import { here, hear, maySupervise, tell } from "../state.js"
import { counted, number, word } from "../words.js"

const panel = byId("answer")

let shown = null

export function current() {
  return shown
}

export function show(answer) {
  shown = answer
  const { verdict, ticket, scan } = answer
  const kind = kindOf(verdict)
  panel.dataset.kind = kind
  panel.dataset.result = verdict.result
  panel.dataset.reason = verdict.reason
  panel.dataset.scan = scan.scan_id
  document.body.dataset.answer = kind
  const texts = {
    word: headline(verdict, scan.direction),
    why: why(answer),
    name: ticket ? ticket.name || word("nameless") : "",
    tier: tierAndSeat(ticket),
    first: firstEntry(answer),
  }
  for (const [part, text] of Object.entries(texts)) say(byId(`answer-${part}`), text)
  byId("answer-ticket").hidden = !ticket
  const told = notes(answer)
  byId("answer-notes").replaceChildren(...told.map(item))
  const group = showGroup(answer)
  byId("answer-override").hidden = !(maySupervise() && door.mayOverride(answer) && !here.device.locked)
  byId("answer-undo").hidden = !(verdict.result === "VALID" && maySupervise() && !here.device.locked)
  panel.hidden = false
  panel.scrollTop = 0
  sounds.play(kind)
  speak([...Object.values(texts), ...told, group].filter(Boolean).join(". "))
  tell("answered", answer)
}

export function close() {
  if (panel.hidden) return
  shown = null
  panel.hidden = true
  delete document.body.dataset.answer
  tell("answered", null)
}

function item(text) {
  const element = document.createElement("li")
  element.textContent = text
  return element
}

// One code shows the whole order: n of m in, the rest with one press.
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
    button.textContent = counted("let_in", missing.length)
    button.onclick = () => letIn(missing)
  }
  return line.textContent
}

async function letIn(tickets) {
  let last
  for (const ticket of tickets) last = await door.scanTicket(ticket.digest)
  if (last) show(last)
}

export async function undo(scanId) {
  const scan = await door.undo(scanId, word("undo.why"))
  if (!scan) return
  const name = here.manifest?.ticket(scan.digest)?.name || word("nameless")
  close()
  sounds.play("note")
  const text = word("undone", { name })
  say(byId("scan-hint"), text)
  speak(text)
}

byId("answer-close").addEventListener("click", close)
byId("answer-undo").addEventListener("click", () => undo(panel.dataset.scan))
panel.addEventListener("click", (event) => {
  if (!event.target.closest("button, a")) close()
})
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close()
})
hear("left", close)
