// Scanning: the camera, the scanner that is a keyboard, and what stands around the answer.

import * as answer from "./answer.js"
import * as door from "../door.js"
import * as sounds from "../sounds.js"
import * as wedge from "../wedge.js"
import { Camera } from "../camera.js"
import { crowd } from "../answers.js"
import { byId, say } from "../dom.js"
import { go, isAt, screen } from "../screens.js"
import { hear, here, maySupervise } from "../state.js"
import { counted, word } from "../words.js"

export const camera = new Camera(byId("scan-video"), (text, seenAt) => read(text, { seenAt }))

let lock
let lastScan = null

async function read(text, how) {
  if (!here.manifest || !here.device) return
  const given = await door.scanText(text, how)
  if (!isAt("scan")) go("scan")
  showAnswer(given)
}

// Of a device that has left meanwhile nobody's name is shown any more.
export function showAnswer(given) {
  if (!given || !here.manifest) return
  if (given.verdict.result === "VALID") lastScan = given.scan.scan_id
  answer.show(given)
  if (given.seenAt) performance.measure("code to answer", { start: given.seenAt, end: performance.now() })
  byId("scan-undo").disabled = !lastScan
}

export async function startCamera() {
  try {
    await camera.start()
    here.camera = "ok"
  } catch {
    here.camera = camera.problem
  }
  showCamera()
}

async function showCamera() {
  const works = here.camera === "ok"
  document.body.dataset.camera = works ? "on" : "off"
  say(byId("scan-hint"), works ? word("waiting_to_scan") : word("waiting_for_wedge"))
  byId("scan-torch").hidden = !(works && camera.hasTorch)
  byId("scan-switch").hidden = !(works && (await camera.count()) > 1)
}

// The screen stays on while somebody scans.
async function stayAwake() {
  if (document.hidden || !isAt("scan")) return
  lock = await navigator.wakeLock?.request("screen").catch(() => null)
}

function showHeads() {
  const head = byId("scan-head")
  const now = crowd()
  if (!now) return say(head, "")
  head.dataset.kind = { full: "wrong", near: "doubt", "": "right" }[now.alarm]
  say(head, now.text)
}

// What others let in rings here too; of what we let in ourselves, the answer speaks.
function showTheirHeads() {
  const before = byId("scan-head").dataset.kind
  showHeads()
  const after = byId("scan-head").dataset.kind
  if (isAt("scan") && before && before !== after && after !== "right") sounds.play("alarm")
}

function showContact() {
  const chip = byId("scan-sync")
  const { online, waiting } = here.contact
  chip.dataset.online = online
  const state = word(online ? "network.on" : "network.off")
  chip.querySelector("[data-said]").textContent = waiting ? counted("waiting", waiting) : state
  chip.setAttribute("aria-label", waiting ? `${state}. ${counted("waiting", waiting)}` : state)
}

function showPlace() {
  if (!here.manifest) return
  byId("scan-gate").textContent = here.gate?.name ?? word("gate.any")
  byId("scan-event").textContent = here.manifest.event.title
  const both = here.gate?.direction === "both"
  byId("scan-direction").hidden = !both || Boolean(here.device.locked)
  if (!both) here.direction = here.gate?.direction === "out" ? "out" : "in"
  showHeads()
  showContact()
}

function show() {
  document.body.toggleAttribute("data-locked", Boolean(here.device.locked))
  byId("scan-tools").hidden = byId("scan-settings").hidden = Boolean(here.device.locked)
  byId("scan-leave").hidden = !here.device.locked
  byId("scan-undo").hidden = !maySupervise()
  sounds.setLoudness(here.device.settings.sound ? 1 : 0)
  showPlace()
  startCamera()
  stayAwake()
}

function hide() {
  camera.stop()
  answer.close()
  lock?.release()
}

screen("scan", { show, hide })
hear("contact", showContact)
hear("list", showTheirHeads)
hear("scans", showHeads)
hear("left", () => (lastScan = null))
document.addEventListener("visibilitychange", () => {
  if (!isAt("scan")) return
  if (document.hidden) camera.stop()
  else show()
})
document.addEventListener("pointerdown", sounds.wake)
document.addEventListener("keydown", sounds.wake)
byId("scan-torch").addEventListener("click", async ({ currentTarget: button }) => {
  const on = button.getAttribute("aria-pressed") !== "true"
  await camera.setTorch(on)
  button.setAttribute("aria-pressed", on)
})
byId("scan-switch").addEventListener("click", () => camera.switch().then(showCamera, showCamera))
byId("scan-direction").addEventListener("change", ({ target }) => {
  here.direction = target.value
  camera.forgetSeen()
  answer.close()
})
byId("scan-undo").addEventListener("click", async () => {
  const scanId = lastScan
  lastScan = null
  byId("scan-undo").disabled = true
  if (scanId) await answer.undo(scanId)
})
byId("scan-leave").addEventListener("click", () => go("unlock"))
wedge.listen((text) => {
  sounds.wake()
  if (!document.body.dataset.at || isAt("pair")) return
  read(text)
})
