// The scans of this device, the newest first, and whether the box office has them.

import * as store from "../store.js"
import * as sync from "../sync.js"
import { headline, kindOf, reasonOf } from "../answers.js"
import { busyWhile, byId, stamp } from "../dom.js"
import { isAt, screen } from "../screens.js"
import { hear, here, zone } from "../state.js"
import { clock, counted, word } from "../words.js"

const PAGE = 50

let most = PAGE

async function look() {
  if (!isAt("scans") || !here.manifest) return
  const all = (await store.scans.of(here.manifest.event.id)).sort((one, other) => other.at - one.at)
  byId("scans-list").replaceChildren(...all.slice(0, most).map(row))
  byId("scans-more").hidden = all.length <= most
  const waiting = all.filter((scan) => scan.state === "waiting").length
  byId("scans-told").textContent = !all.length ? word("scans.none") : waiting ? counted("waiting", waiting) : word("waiting.sent")
  byId("scans-send").hidden = !waiting
}

function row(scan) {
  const element = stamp("scans-row")
  const ticket = scan.digest && here.manifest.ticket(scan.digest)
  element.dataset.kind = kindOf(scan)
  element.dataset.scan = scan.scan_id
  element.querySelector(".found__time").textContent = clock(scan.at, zone(), true)
  element.querySelector("[data-name]").textContent = ticket ? ticket.name || word("nameless") : headline(scan, scan.direction)
  const why = scan.result === "VALID" ? "" : ` · ${reasonOf(scan.reason, {})}`
  element.querySelector("[data-word]").textContent = ticket ? headline(scan, scan.direction) + why : reasonOf(scan.reason, {})
  element.querySelector(".found__state").textContent = stateOf(scan)
  return element
}

function stateOf(scan) {
  if (scan.state === "waiting") return word("sync.waiting")
  if (scan.state === "refused") return word("sync.refused")
  if (scan.undone) return word("sync.undone")
  if (scan.office?.double) return word("sync.double")
  if (scan.office && scan.office.result !== scan.result) {
    return word("sync.differs", { word: headline(scan.office, scan.direction) })
  }
  return word("sync.sent")
}

screen("scans", {
  show() {
    most = PAGE
    look()
  },
})
hear("scans", look)
hear("contact", look)
hear("list", look)
byId("scans-more").addEventListener("click", () => {
  most += PAGE * 4
  look()
})
byId("scans-send").addEventListener("click", ({ currentTarget }) => busyWhile(currentTarget, () => sync.hurry()).then(look))
