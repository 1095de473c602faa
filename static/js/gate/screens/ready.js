// Readiness: before the doors open the device says, point by point, whether it can do without us.

import * as clock from "../clock.js"
import * as sounds from "../sounds.js"
import * as store from "../store.js"
import * as sync from "../sync.js"
import { busyWhile, byId } from "../dom.js"
import { go, isAt, screen } from "../screens.js"
import { hear, here } from "../state.js"
import { counted, number, span, word } from "../words.js"

const OLD = 10 * 60_000
const CLOCK_OFF = 2000
const LITTLE_ROOM = 50
const MEGABYTE = 1024 * 1024

let timer
let install = null

const checks = {
  list() {
    const { manifest } = here
    if (!manifest) return ["wrong", word("list.none"), true]
    const age = clock.now() - manifest.fetched
    const said = word("list.fresh", { tickets: counted("tickets", manifest.size), age: span(age) })
    return [age > OLD ? "doubt" : "right", said, age > 60_000]
  },
  async camera() {
    const state = here.camera ?? (await permission())
    if (state === "asking") return ["doubt", word("camera.asking"), true]
    const kinds = { ok: "right", missing: "doubt" }
    return [kinds[state] ?? "wrong", word(`camera.${state}`), state === "denied" || state === "failed"]
  },
  clock() {
    const { skew, measured } = clock.state()
    if (!measured) return ["doubt", word("clock.unknown"), true]
    if (Math.abs(skew) > CLOCK_OFF) return ["doubt", word("clock.off", { span: span(Math.abs(skew)) }), false]
    const seconds = number(Math.abs(skew) / 1000, { maximumFractionDigits: 1 })
    return ["right", word("clock.ok", { seconds }), false]
  },
  async waiting() {
    const waiting = await store.scans.countWaiting()
    return [waiting ? "doubt" : "right", counted("waiting", waiting), waiting > 0]
  },
  network() {
    return here.contact.online ? ["right", word("network.on")] : ["doubt", word("network.off")]
  },
  async shell() {
    const registration = await navigator.serviceWorker?.getRegistration("/scan/")
    if (!registration) fixes.shell()
    return registration?.active ? ["right", word("shell.ok"), false] : ["doubt", word("shell.missing"), true]
  },
  async storage() {
    const { persisted, free } = await store.room()
    const megabytes = free === null ? Infinity : free / MEGABYTE
    if (megabytes < LITTLE_ROOM) return ["wrong", word("storage.low", { free: number(Math.round(megabytes)) }), false]
    return persisted ? ["right", word("storage.ok"), false] : ["doubt", word("storage.volatile"), true]
  },
}

const fixes = {
  list: () => sync.hurry(),
  camera: () => tryCamera(),
  clock: () => sync.hurry(),
  waiting: () => sync.hurry(),
  shell: () => navigator.serviceWorker?.register("/scan/sw.js", { scope: "/scan/" }).catch(() => {}),
  storage: () => store.askToPersist(),
}

async function look() {
  clearTimeout(timer)
  if (!isAt("ready")) return
  for (const [name, check] of Object.entries(checks)) {
    const [kind, said, fixable] = await check()
    const row = byId(`check-${name}`)
    row.dataset.kind = kind
    const words = row.querySelector("[data-said]")
    if (words.textContent !== said) words.textContent = said
    const fix = row.querySelector("[data-fix]")
    if (fix) fix.hidden = !fixable
  }
  timer = setTimeout(look, 5000)
}

async function permission() {
  if (!navigator.mediaDevices?.getUserMedia) return "missing"
  const status = await navigator.permissions?.query({ name: "camera" }).catch(() => null)
  if (status?.state === "denied") return "denied"
  const devices = await navigator.mediaDevices.enumerateDevices()
  if (!devices.some((device) => device.kind === "videoinput")) return "missing"
  return status?.state === "granted" ? "ok" : "asking"
}

async function tryCamera() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true })
    stream.getTracks().forEach((track) => track.stop())
    here.camera = "ok"
  } catch (problem) {
    here.camera = { NotAllowedError: "denied", NotFoundError: "missing" }[problem.name] ?? "failed"
  }
}

function show() {
  byId("ready-where").textContent = [here.manifest.event.title, here.gate?.name].filter(Boolean).join(" · ")
  here.camera = here.camera === "ok" ? "ok" : undefined
  look()
}

screen("ready", { show, hide: () => clearTimeout(timer) })
hear("contact", look)
hear("list", look)
navigator.serviceWorker?.ready.then(look)
for (const button of document.querySelectorAll("[data-fix]")) {
  button.addEventListener("click", () =>
    busyWhile(button, async () => {
      await fixes[button.dataset.fix]()
      await look()
    }),
  )
}
byId("ready-start").addEventListener("click", () => {
  sounds.wake()
  // A device paired as a kiosk is locked first: somebody has to choose the PIN.
  if (here.device.kiosk && !here.device.locked) {
    go("settings")
    byId("kiosk-pin").focus()
    return
  }
  go("scan")
})
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault()
  install = event
  byId("ready-install").hidden = false
})
byId("ready-install").addEventListener("click", async () => {
  await install?.prompt()
  byId("ready-install").hidden = true
})
