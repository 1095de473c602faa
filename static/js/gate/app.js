// The scanner: opens what this device is and has, then shows where it stands.

import * as device from "./device.js"
import * as lists from "./lists.js"
import * as screens from "./screens.js"
import * as sync from "./sync.js"
import { byId, forgetGuests } from "./dom.js"
import { standAt } from "./screens/choose.js"
import { hear, here } from "./state.js"
import "./screens/pair.js"
import "./screens/ready.js"
import "./screens/scan.js"
import "./screens/scans.js"
import "./screens/settings.js"
import "./screens/sheets.js"

async function open() {
  if ((await device.load()) && !here.device.revoked) {
    await lists.forgetOver()
    const { event, gate } = here.device.chosen
    if (event) here.manifest = await lists.open(event)
    if (here.manifest) standAt(gate)
  }
  screens.begin(screens.usual)
  sync.begin()
}

// Heard here after all the screens have: none of them shows anybody any more.
hear("left", forgetGuests)
byId("screen-opening").addEventListener("click", (event) => {
  if (event.target.closest("[data-act=reload]")) location.reload()
})
navigator.serviceWorker?.register("/scan/sw.js", { scope: "/scan/" }).catch(() => {})
open().catch((problem) => {
  console.error(problem)
  byId("opening-trouble").hidden = false
})
