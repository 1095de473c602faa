// The order of a code that was read: its tickets by name, let in one by one, or all after a question.

import * as door from "../door.js"
import * as sounds from "../sounds.js"
import { crowd, kindOf, reasonOf, tierAndSeat } from "../answers.js"
import { byId, once, settle, speak, stamp, tellIn } from "../dom.js"
import { go, isAt, screen } from "../screens.js"
import { hear, here, maySupervise } from "../state.js"
import { counted, number, word } from "../words.js"

const ask = byId("group-ask")

// The answer that the order was opened from.
let opened = null
// What each ticket was answered here, by its digest.
let given = new Map()

export function open(answer) {
  opened = answer
  given = new Map()
  go("group")
}

// The code was used before: whoever shows it may have copied it.
function inDoubt() {
  return opened.verdict.result === "USED"
}

function needsItsOwnCode(ticket) {
  return inDoubt() && ticket.tier?.code_kind === "rotating" && !maySupervise()
}

function look() {
  if (!isAt("group") || !opened || !here.manifest) return
  const all = here.manifest.group(opened.ticket).filter((each) => each.status === 0)
  all.sort((one, other) => one.position - other.position)
  const missing = all.filter((each) => !here.manifest.isIn(each))
  const facts = { inside: number(all.length - missing.length), all: number(all.length) }
  byId("group-told").textContent = word(missing.length ? "group" : "group.all_in", facts)
  tellIn(byId("group-doubt"), inDoubt() && word("group.doubt"))
  const now = crowd()
  tellIn(byId("group-alarm"), now?.alarm && now.text)
  byId("group-list").replaceChildren(...all.map(row))
  const open = missing.filter((each) => !needsItsOwnCode(each))
  const button = byId("group-all")
  button.hidden = open.length < 2
  button.textContent = counted("let_in_all", open.length)
  button.onclick = () => question(counted("let_in_all.ask", open.length), () => letIn(open))
}

function row(ticket) {
  const element = stamp("group-row")
  const inside = here.manifest.isIn(ticket)
  const name = ticket.name || word("nameless")
  const place = word("ticket.number", { number: number(ticket.position) })
  const last = given.get(ticket.digest)
  const refused = last && last.verdict.result !== "VALID" ? reasonOf(last.verdict.reason, last.verdict) : ""
  const wanting = needsItsOwnCode(ticket) ? word("group.own_code") : word("ticket.not_in")
  element.querySelector("[data-name]").textContent = name
  element.querySelector("[data-tier]").textContent = [tierAndSeat(ticket), place].filter(Boolean).join(" · ")
  element.querySelector("[data-state]").textContent = inside ? word("ticket.in") : refused || wanting
  element.dataset.kind = inside ? "right" : refused ? "wrong" : ""
  const [admit, undo] = element.querySelectorAll("button")
  admit.hidden = inside || needsItsOwnCode(ticket)
  admit.setAttribute("aria-label", `${admit.textContent}: ${name}, ${place}`)
  admit.addEventListener("click", () => {
    if (!inDoubt()) return letIn([ticket])
    question(word("group.ask", { name }), () => letIn([ticket]))
  })
  undo.hidden = !(inside && last?.verdict.result === "VALID" && maySupervise())
  undo.setAttribute("aria-label", `${undo.textContent}: ${name}, ${place}`)
  undo.addEventListener(
    "click",
    once(async () => {
      await door.undo(last.scan.scan_id, word("undo.why"))
      if (!here.manifest) return
      given.delete(ticket.digest)
      sounds.play("note")
      after(word("undone", { name }))
    }),
  )
  return element
}

const letIn = once(async (tickets) => {
  let kind = "right"
  for (const ticket of tickets) {
    const answer = await door.scanTicket(ticket.digest)
    if (!answer) return
    given.set(ticket.digest, answer)
    if (answer.verdict.result !== "VALID") kind = kindOf(answer.verdict)
  }
  sounds.play(kind)
  if (crowd()?.alarm) sounds.play("alarm")
  after("")
})

// The row that was pressed is drawn anew: the focus goes to the next one that can be pressed.
function after(text) {
  look()
  settle(byId("screen-group"))
  const next = byId("screen-group").querySelector(".found__row button:not([hidden])") ?? byId("group-title")
  next.focus({ preventScroll: true })
  speak([text, byId("group-told").textContent].filter(Boolean).join(". "))
}

function question(text, act) {
  byId("group-asked").textContent = text
  byId("group-yes").onclick = () => {
    if (!ask.open) return
    ask.close()
    act()
  }
  ask.showModal()
}

screen("group", {
  show() {
    if (!opened) return go("scan", { replace: true })
    look()
  },
  hide() {
    ask.close()
    opened = null
  },
})
hear("list", look)
hear("left", () => (opened = null))
byId("group-no").addEventListener("click", () => ask.close())
