// Badges: where the settings say so, the first entry of a ticket prints its label. The box office
// counts the prints, so a badge needs the network; without it, it is printed at the desk later.

import * as server from "./server.js"
import * as store from "./store.js"
import * as sync from "./sync.js"
import { byId } from "./dom.js"
import { hear, here, tell } from "./state.js"

// The label's sizes of the name, in millimetres, of which the largest that fits is taken.
const SIZES = [12, 10.5, 9, 7.5, 6.5, 5.5, 4.5, 3.5]
const TRIES = 4

const label = byId("badge")
let printing = Promise.resolve()

export function arePrinted() {
  return Boolean(here.device?.settings.badges)
}

// Print the badge of a scan once its entry is at the box office; again is the one reprint. Of
// somebody who is back nothing is promised: they have one, unless the first entry's never came.
export function print(scan, { again = false, isBack = false } = {}) {
  printing = printing.then(() => printNow(scan, again, isBack)).catch((problem) => console.warn("badge", problem))
  return printing
}

async function printNow({ scan_id }, again, isBack) {
  if (!isBack) tell("badge", { scan_id, word: "badge.asking" })
  if (!(await isSent(scan_id))) {
    if (!isBack) tell("badge", { scan_id, word: "badge.offline" })
    return
  }
  const answer = await server.call("POST", "/badges", { body: { scan_id, again } })
  if (!answer.ok) return tell("badge", { scan_id, isQuiet: !again && answer.status === 409, ...refused(answer) })
  fill(answer.body)
  window.print()
  tell("badge", { scan_id, word: again ? "badge.printed_again" : "badge.printed" })
}

// The box office's own sentence says what is wrong; nobody at the door has to hear of a network.
function refused({ status, body }) {
  return status >= 400 && status < 500 && body?.detail ? { text: body.detail } : { word: "badge.offline" }
}

async function isSent(scanId) {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if ((await store.scans.get(scanId))?.sent) return true
    await sync.hurry()
    // Asking again and again would only make the next sync wait longer.
    if (!here.contact.online) break
  }
  return Boolean((await store.scans.get(scanId))?.sent)
}

function fill(facts) {
  const texts = { ...facts, tier: [facts.tier, facts.seat].filter(Boolean).join(" · ") }
  for (const part of label.querySelectorAll("[data-part]")) part.textContent = texts[part.dataset.part]
  const name = label.querySelector("[data-part=name]")
  label.hidden = false
  SIZES.find((size) => {
    name.style.fontSize = `${size}mm`
    return name.scrollHeight <= name.clientHeight && name.scrollWidth <= name.clientWidth
  })
}

hear("admitted", (answer) => {
  if (arePrinted() && answer.scan.direction !== "out") print(answer.scan, { isBack: answer.isBack })
})
hear("left", () => (label.hidden = true))
