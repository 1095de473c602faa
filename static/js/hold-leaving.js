// A page that holds seats and goes away says so, and its seats are given back early; back again, the
// full time is there again. Going on to pay is not going away. Each says when it was, because the
// page that comes next may be heard first.
//   <hold-leaving address="/events/SLUG/seats">
import { note } from "./held-here.js"

class HoldLeaving extends HTMLElement {
  connectedCallback() {
    note(this.getAttribute("address"))
    for (const name of ["pagehide", "pageshow"]) window.addEventListener(name, this)
    document.addEventListener("submit", this)
  }

  disconnectedCallback() {
    for (const name of ["pagehide", "pageshow"]) window.removeEventListener(name, this)
    document.removeEventListener("submit", this)
  }

  handleEvent(event) {
    if (event.type === "submit") this.going = true
    else if (event.type === "pagehide") this.leave()
    else this.comeBack()
  }

  leave() {
    if (!this.going) navigator.sendBeacon(`${this.getAttribute("address")}/leave`, this.moment())
  }

  comeBack() {
    this.going = false
    fetch(`${this.getAttribute("address")}/back`, { method: "POST", body: this.moment() }).catch(() => {})
  }

  moment() {
    return new URLSearchParams({ moment: Date.now() })
  }
}

customElements.define("hold-leaving", HoldLeaving)
