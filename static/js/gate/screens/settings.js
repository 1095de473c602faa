// Settings, the kiosk's lock, and leaving.

import * as device from "../device.js"
import * as sounds from "../sounds.js"
import * as store from "../store.js"
import { byId, tellIn } from "../dom.js"
import { toBase64url } from "../codes.js"
import { go, screen } from "../screens.js"
import { here } from "../state.js"
import { number, word } from "../words.js"

const ROUNDS = 100_000
const PIN = /^\d{4,8}$/

const sound = byId("settings-sound")
const badges = byId("settings-badges")

screen("settings", {
  show() {
    sound.checked = here.device.settings.sound
    badges.checked = Boolean(here.device.settings.badges)
    byId("settings-device").textContent = `${here.device.name} · ${device.APP_VERSION}`
    tellIn(byId("settings-told"), null)
    byId("settings-leave-anyway").hidden = true
  },
})
sound.addEventListener("change", async () => {
  await device.set({ sound: sound.checked })
  sounds.setLoudness(sound.checked ? 1 : 0)
})
badges.addEventListener("change", () => device.set({ badges: badges.checked }))
for (const button of document.querySelectorAll("[data-play]")) {
  button.addEventListener("click", () => {
    sounds.wake()
    sounds.play(button.dataset.play)
  })
}

byId("settings-leave").addEventListener("click", async () => {
  const waiting = await store.scans.countWaiting()
  if (!waiting) return device.signOff()
  tellIn(byId("settings-told"), word("leave.waiting", { count: number(waiting) }))
  byId("settings-leave-anyway").hidden = false
})
byId("settings-leave-anyway").addEventListener("click", device.signOff)

// The PIN itself is not kept: only what proves it.
async function proofOf(pin, salt) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"])
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }
  return toBase64url(new Uint8Array(await crypto.subtle.deriveBits(how, key, 256)))
}

byId("kiosk-form").addEventListener("submit", async (event) => {
  event.preventDefault()
  const pin = byId("kiosk-pin").value
  tellIn(byId("kiosk-error"), PIN.test(pin) ? null : word("kiosk.pin"))
  if (!PIN.test(pin)) return
  const salt = crypto.getRandomValues(new Uint8Array(16))
  await device.change({ locked: { salt, proof: await proofOf(pin, salt) } })
  byId("kiosk-form").reset()
  document.documentElement.requestFullscreen?.().catch(() => {})
  go("scan")
})

screen("unlock", {
  show() {
    tellIn(byId("unlock-error"), null)
    byId("unlock-form").reset()
    byId("unlock-pin").focus()
  },
})
byId("unlock-form").addEventListener("submit", async (event) => {
  event.preventDefault()
  const { locked } = here.device
  const right = (await proofOf(byId("unlock-pin").value, locked.salt)) === locked.proof
  tellIn(byId("unlock-error"), right ? null : word("kiosk.wrong"))
  if (!right) return byId("unlock-form").reset()
  await device.change({ locked: null })
  document.exitFullscreen?.().catch(() => {})
  go("settings")
})
