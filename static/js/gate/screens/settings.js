// Settings, the kiosk's lock, and leaving.

import * as device from "../device.js"
import * as kiosk from "../kiosk.js"
import * as sounds from "../sounds.js"
import * as store from "../store.js"
import { byId, once, speak, tellIn } from "../dom.js"
import { go, screen } from "../screens.js"
import { here } from "../state.js"
import { number, span, word } from "../words.js"

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

byId("kiosk-form").addEventListener("submit", async (event) => {
  event.preventDefault()
  const pin = byId("kiosk-pin").value
  tellIn(byId("kiosk-error"), PIN.test(pin) ? null : word("kiosk.pin"))
  if (!PIN.test(pin)) return
  await kiosk.lock(pin)
  byId("kiosk-form").reset()
  document.documentElement.requestFullscreen?.().catch(() => {})
  go("scan")
})

let counting = null

screen("unlock", {
  show() {
    byId("unlock-form").reset()
    byId("unlock-pin").focus()
    if (kiosk.pause()) wait()
    else tellIn(byId("unlock-error"), null)
  },
  hide() {
    clearInterval(counting)
  },
})
const unlock = once(async () => {
  // What is typed during a pause stays, for when it is over.
  if (kiosk.pause()) return wait()
  if (!(await kiosk.open(byId("unlock-pin").value))) {
    byId("unlock-form").reset()
    if (kiosk.pause()) return wait()
    tellIn(byId("unlock-error"), word("kiosk.wrong"))
    return speak(word("kiosk.wrong"))
  }
  document.exitFullscreen?.().catch(() => {})
  go("settings")
})
byId("unlock-form").addEventListener("submit", (event) => {
  event.preventDefault()
  if (here.device.locked) unlock()
})

// How long is left is shown by the second, and said once: at the beginning, and when it is over.
function wait() {
  clearInterval(counting)
  counting = setInterval(count, 1000)
  speak(count())
}

function count() {
  const left = kiosk.pause()
  if (left) {
    const text = word("kiosk.pause", { span: span(Math.ceil(left / 1000) * 1000) })
    tellIn(byId("unlock-error"), text)
    return text
  }
  clearInterval(counting)
  tellIn(byId("unlock-error"), null)
  speak(word("kiosk.again"))
}
