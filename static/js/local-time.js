// The viewer's own time in place of the event's, for those who are in another zone and ask. A time
// with an end is a span; one marked "clock" is said without its day, where that is the first one's:
//   <local-time zone="Europe/Berlin"><time datetime="…" data-until="…">Sat 14 Feb 2026, 20:00–22:00 CET</time>
//     <button type="button" hidden data-show="In my time" data-back="In the event’s time"></button>
//     Doors open at <time datetime="…" data-clock>19:00</time></local-time>
const DAY = { weekday: "short", day: "numeric", month: "short", year: "numeric" }
const CLOCK = { hour: "2-digit", minute: "2-digit" }

class LocalTime extends HTMLElement {
  connectedCallback() {
    this.times = [...this.querySelectorAll("time")]
    this.there = this.times.map((time) => time.textContent)
    this.button = this.querySelector("button")
    if (!this.elsewhere) return
    this.button.hidden = false
    this.button.textContent = this.button.dataset.show
    this.button.addEventListener("click", this)
  }

  // Zones of different names can show the same clock; then there is nothing to translate.
  get elsewhere() {
    const at = new Date(this.times[0].dateTime)
    const clock = (timeZone) => new Intl.DateTimeFormat("en", { timeZone, dateStyle: "short", timeStyle: "short" }).format(at)
    return clock(this.getAttribute("zone")) !== clock(undefined)
  }

  handleEvent() {
    const here = this.toggleAttribute("here")
    this.times.forEach((time, place) => (time.textContent = here ? this.written(time) : this.there[place]))
    this.button.textContent = here ? this.button.dataset.back : this.button.dataset.show
  }

  written(time) {
    const style = "clock" in time.dataset ? this.clock(time) : { ...DAY, ...CLOCK, timeZoneName: "short" }
    const format = new Intl.DateTimeFormat(document.documentElement.dataset.times, style)
    const [from, until] = [time.dateTime, time.dataset.until].map((at) => new Date(at))
    return time.dataset.until ? format.formatRange(from, until) : format.format(from)
  }

  clock(time) {
    const [first, other] = [this.times[0], time].map((each) => new Date(each.dateTime).toDateString())
    return first === other ? CLOCK : { ...DAY, year: undefined, ...CLOCK }
  }
}

customElements.define("local-time", LocalTime)
