// Pairing: a code from the console by camera or by hand, or the sign-in of somebody on the team.

import * as device from "../device.js"
import * as sync from "../sync.js"
import { Camera } from "../camera.js"
import { busyWhile, byId, tellIn } from "../dom.js"
import { go, screen } from "../screens.js"
import { hear, here, tell } from "../state.js"
import { word } from "../words.js"

const form = byId("pair-form")
const finder = byId("pair-finder")
const signIn = byId("pair-sign-in")
const camera = new Camera(byId("pair-video"), (text) => tryCode(text))

let busy = false

async function tryCode(text) {
  const code = codeIn(text)
  if (!code || busy) return
  busy = true
  form.code.value = code
  await come(() => device.pair(code, form.name.value.trim()))
  busy = false
}

// The console shows an address, so that a phone's own camera leads here too.
export function codeIn(text) {
  const found = /[#?&](?:pair|code)=([^&#]+)/.exec(text)
  return found ? decodeURIComponent(found[1]) : text.includes("://") ? "" : text.trim()
}

async function come(way) {
  showError(null)
  // What an earlier device scanned goes first: being paired anew forgets everything.
  if (here.device?.revoked) await sync.hurry()
  if (here.device?.revoked) return showError(word("pair.revoked.waiting"))
  const { device: row, word: name } = await way()
  if (!row) return showError(word(name))
  form.reset()
  tellIn(byId("pair-told"), null)
  camera.stop()
  go("choose", { replace: true })
}

function showError(text) {
  tellIn(byId("pair-error"), text)
  form.code.toggleAttribute("aria-invalid", Boolean(text))
  if (text) form.code.focus()
}

async function show() {
  if (here.device?.revoked) tellIn(byId("pair-told"), word("pair.revoked.waiting"))
  const code = codeIn(location.hash)
  const member = await device.signedIn()
  signIn.hidden = !member
  if (member) {
    signIn.querySelector("span").textContent = word("pair.sign_in", { name: member.name })
    signIn.onclick = () =>
      busyWhile(signIn, () => come(() => device.pairAsMember(form.name.value.trim() || member.name)))
  }
  if (code && code !== "#pair") await tryCode(code)
}

function hide() {
  camera.stop()
  finder.hidden = true
}

screen("pair", { show, hide })
form.addEventListener("submit", (event) => {
  event.preventDefault()
  busyWhile(event.submitter ?? form, () => tryCode(form.code.value))
})
byId("pair-camera").addEventListener("click", async () => {
  finder.hidden = false
  await camera.start().catch(() => {
    finder.hidden = true
    tellIn(byId("pair-told"), word(`camera.${camera.problem}`))
  })
})
hear("left", ({ word: name }) => {
  tell("scans")
  go("pair", { replace: true })
  if (name) tellIn(byId("pair-told"), word(name))
})
