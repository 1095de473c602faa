// What is done without a code before the camera: finding somebody, typing a code, letting in anyway.

import * as answer from "./answer.js"
import * as door from "../door.js"
import { reasonOf, tierAndSeat } from "../answers.js"
import { aboutEntries } from "../judge.js"
import { byId, once, stamp, tellIn } from "../dom.js"
import { go, screen } from "../screens.js"
import { camera, showAnswer } from "./scan.js"
import { hear, here, maySupervise } from "../state.js"
import { number, word } from "../words.js"

const MOST = 30

const text = byId("search-text")
let asked = 0

async function search() {
  const mine = ++asked
  const found = here.manifest ? await here.manifest.search(text.value, MOST + 1) : []
  if (mine !== asked) return
  const orders = [...new Set(found.map((ticket) => ticket.group))]
  const rows = found.slice(0, MOST).map((ticket) => row(ticket, placeOf(ticket, orders)))
  byId("search-found").replaceChildren(...rows)
  const none = text.value.trim() && !found.length ? word("search.none") : ""
  byId("search-told").textContent = found.length > MOST ? word("search.more") : none
}

// What tells apart tickets of one name: the reference that was typed, or which of whose order.
function placeOf(ticket, orders) {
  if (ticket.reference) return ticket.reference
  const facts = { number: number(ticket.position), order: number(orders.indexOf(ticket.group) + 1) }
  return word(ticket.group && orders.length > 1 ? "ticket.number_of" : "ticket.number", facts)
}

// A ticket that is in is not let in again, but by a supervisor.
function isDone(ticket) {
  if (ticket.status !== 0) return true
  if (here.direction === "out" || maySupervise()) return false
  return aboutEntries({ gate: here.gate, standing: here.manifest.standing(ticket, here.gate?.area) }) !== null
}

function row(ticket, place) {
  const element = stamp("found-row")
  const cancelled = ticket.status !== 0
  const inside = here.manifest.isIn(ticket)
  element.querySelector("[data-name]").textContent = ticket.name || word("nameless")
  element.querySelector("[data-tier]").textContent = [tierAndSeat(ticket), place].join(" · ")
  element.querySelector("[data-state]").textContent = word(
    cancelled ? "ticket.cancelled" : inside ? "ticket.in" : "ticket.not_in",
  )
  element.dataset.state = cancelled ? "wrong" : inside ? "doubt" : "right"
  const button = element.querySelector("button")
  button.hidden = isDone(ticket)
  const who = [ticket.name || word("nameless"), ticket.seat, place].filter(Boolean).join(", ")
  button.setAttribute("aria-label", `${button.textContent}: ${who}`)
  button.addEventListener("click", () => letIn(ticket))
  return element
}

const letIn = once(async (ticket) => {
  const given = await door.scanTicket(ticket.digest)
  go("scan")
  showAnswer(given)
})

screen("search", {
  show() {
    text.value = ""
    search()
    text.focus()
  },
})
text.addEventListener("input", search)
byId("search-form").addEventListener("submit", (event) => event.preventDefault())

const typed = byId("typed-text")

screen("typed", {
  show() {
    typed.value = ""
    typed.focus()
  },
})
const readTyped = once(async () => {
  const given = await door.scanText(typed.value)
  go("scan")
  showAnswer(given)
})
byId("typed-form").addEventListener("submit", (event) => {
  event.preventDefault()
  if (typed.value.trim()) readTyped()
})
typed.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey) return
  event.preventDefault()
  byId("typed-form").requestSubmit()
})

const form = byId("override-form")
let refused = null

byId("answer-override").addEventListener("click", () => {
  refused = answer.current()
  go("override")
})

screen("override", {
  show() {
    if (!refused) return go("scan", { replace: true })
    form.reset()
    tellIn(byId("override-error"), null)
    const { ticket, verdict } = refused
    byId("override-about").textContent = [ticket?.name, tierAndSeat(ticket), reasonOf(verdict.reason, verdict)]
      .filter(Boolean)
      .join(" · ")
  },
  hide: () => (refused = null),
})
const override = once(async (why) => {
  if (!refused) return
  const { text: code, digest } = refused
  const given = code === null ? await door.scanTicket(digest, { override: why }) : await door.scanText(code, { override: why })
  camera.forgetSeen()
  go("scan")
  showAnswer(given)
})
form.addEventListener("submit", (event) => {
  event.preventDefault()
  const why = byId("override-text").value.trim() || form.reason.value
  if (!why) return tellIn(byId("override-error"), word("override.reason"))
  override(why)
})
hear("left", () => {
  refused = null
  asked++ // A search that is still looking finds nobody.
})
