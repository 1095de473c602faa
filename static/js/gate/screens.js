// Screens: one section at a time, named in the address so that a phone's Back works.

import { here } from "./state.js"

const sections = new Map(
  [...document.querySelectorAll("[data-screen]")].map((section) => [section.dataset.screen, section]),
)
const shown = new Map()
let current = null
// Until the device is opened nobody goes anywhere.
let guard = () => "opening"

// `show` when it comes into view, `hide` when it goes.
export function screen(name, { show, hide } = {}) {
  shown.set(name, { show, hide })
}

// What the guard answers for a wanted screen is where one lands.
export function begin(allow) {
  guard = allow
  addEventListener("hashchange", arrive)
  arrive()
}

export function go(name, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", `#${name}`)
  else if (location.hash !== `#${name}`) {
    location.hash = name
    return
  }
  arrive()
}

export function isAt(name) {
  return current === name
}

function arrive() {
  const wanted = location.hash.slice(1).split("=")[0] || "scan"
  const name = guard(sections.has(wanted) ? wanted : "scan")
  if (name !== wanted) history.replaceState(null, "", `#${name}`)
  if (name === current) return
  shown.get(current)?.hide?.()
  for (const [each, section] of sections) section.hidden = each !== name
  current = name
  document.body.dataset.at = name
  scrollTo(0, 0)
  shown.get(name)?.show?.()
  sections.get(name).querySelector("h1")?.focus({ preventScroll: true })
}

// Where somebody may be: unpaired only at pairing, without a list not at the scan.
export function usual(wanted) {
  if (!here.device || here.device.revoked) return "pair"
  if (here.device.locked) return ["scan", "unlock"].includes(wanted) ? wanted : "scan"
  if (["pair", "opening", "unlock"].includes(wanted)) return here.manifest ? "scan" : "choose"
  if (!here.manifest && wanted !== "choose" && wanted !== "settings") return "choose"
  return wanted
}
