// What this browser holds of an event. The event's page is everybody's, so the page that holds says
//   <own-hold address="/events/SLUG" holds hidden></own-hold>
// that there is something to ask for, and the event's own asks, also when one comes back to it:
//   <own-hold address="/events/SLUG" role="status"></own-hold>
import { forget, isAbout, isKnown, note } from "./held-here.js"

class OwnHold extends HTMLElement {
  connectedCallback() {
    this.address = this.getAttribute("address")
    if (this.hasAttribute("holds")) return note(this.address)
    for (const name of ["pageshow", "storage"]) window.addEventListener(name, this)
    this.ask()
  }

  disconnectedCallback() {
    for (const name of ["pageshow", "storage"]) window.removeEventListener(name, this)
  }

  handleEvent(event) {
    if (event.type === "pageshow" ? event.persisted : isAbout(event, this.address)) this.ask()
  }

  async ask() {
    if (!isKnown(this.address)) return this.replaceChildren()
    try {
      const answer = await fetch(`${this.address}/holding`)
      if (answer.status === 204) forget(this.address)
      if (answer.ok) this.innerHTML = await answer.text()
    } catch {
      // Not reached: the page says what is true for everybody.
    }
  }
}

customElements.define("own-hold", OwnHold)
