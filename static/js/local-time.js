// The viewer's own time beside the event's, for those who are in another zone and ask:
//   <local-time zone="Europe/Berlin"><time datetime="…">Sat 14 Feb, 20:00 CET</time>
//     <button type="button" hidden data-show="In my time" data-back="In the event’s time"></button></local-time>
class LocalTime extends HTMLElement {
  connectedCallback() {
    this.time = this.querySelector("time")
    this.button = this.querySelector("button")
    this.there = this.time.textContent
    if (!this.elsewhere) return
    this.button.hidden = false
    this.button.textContent = this.button.dataset.show
    this.button.addEventListener("click", this)
  }

  // Zones of different names can show the same clock; then there is nothing to translate.
  get elsewhere() {
    const at = new Date(this.time.dateTime)
    const clock = (timeZone) => new Intl.DateTimeFormat("en", { timeZone, dateStyle: "short", timeStyle: "short" }).format(at)
    return clock(this.getAttribute("zone")) !== clock(undefined)
  }

  handleEvent() {
    const here = this.toggleAttribute("here")
    this.time.textContent = here ? this.written() : this.there
    this.button.textContent = here ? this.button.dataset.back : this.button.dataset.show
  }

  written() {
    const style = { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" }
    return new Intl.DateTimeFormat(document.documentElement.lang, style).format(new Date(this.time.dateTime))
  }
}

customElements.define("local-time", LocalTime)
