// Which seats one has chosen. The form's list of ticked seats is what counts; the map shows it, the
// sheet adds to it, and where the box office holds at once, every change is held at once. Nothing
// chosen is lost by a refusal, a reload or a look at another page.
import { forget, isAbout, isKnown, isOwn, note } from "./held-here.js"
import "./running-total.js"
import { landing } from "./seat-reveal.js"

const STALE = 6000
const PATIENCE = 20_000
const PAUSE = 400

class SeatChoice extends HTMLElement {
  connectedCallback() {
    this.map = this.querySelector("seat-map")
    this.states = this.querySelector("seat-states")
    this.form = this.querySelector("[data-counter]")
    this.list = this.querySelector("[data-chosen-seats]")
    this.notice = this.querySelector("[data-notice]")
    this.said = this.querySelector("[data-said-here]")
    this.sheet = this.querySelector("[data-sheet]")
    this.held = new Set()
    this.holding = false
    this.lately = new Map()
    if (!this.form) return
    this.dress()
    for (const name of ["seat-picked", "seats", "submit", "change", "input", "click", "lapsed"]) this.addEventListener(name, this)
    this.sheet.addEventListener("pointerdown", this)
    this.addEventListener("keydown", this, true) // Before the map, which Escape leads out of.
    for (const name of ["pagehide", "pageshow", "storage"]) window.addEventListener(name, this)
    customElements.whenDefined("seat-map").then(() => this.comeBack())
  }

  // How the sheet looks is fetched with what fills it; it opens when that is there, or can't be had.
  dress() {
    const style = document.createElement("link")
    style.rel = "stylesheet"
    style.href = this.sheet.dataset.style
    this.dressed = new Promise((done) => (style.onload = style.onerror = done))
    document.head.append(style)
  }

  disconnectedCallback() {
    for (const name of ["pagehide", "pageshow", "storage"]) window.removeEventListener(name, this)
  }

  get address() {
    return this.getAttribute("address")
  }

  get inputs() {
    return [...this.list.querySelectorAll("input[name=seat]")]
  }

  get onward() {
    return this.form.querySelector("running-total button")
  }

  get keys() {
    return this.inputs.filter((input) => input.checked).map((input) => input.value)
  }

  get positions() {
    return this.inputs.filter((input) => input.checked).map((input) => Number(input.dataset.at))
  }

  handleEvent(event) {
    switch (event.type) {
      case "seat-picked":
        return this.picked(event.detail)
      case "seats":
        return this.lookAround()
      case "submit":
        return this.submit(event)
      case "change":
        if (event.target.name === "seat") this.tick(event.target)
        return
      case "input":
        if (this.holding && event.target.name?.startsWith("tier-")) this.countAnew()
        return
      case "click":
        return this.clicked(event)
      case "pointerdown":
        return this.press()
      case "keydown":
        if (this.sheet.open) this.leaveSheet(event)
        return
      case "lapsed":
        return this.lapse(event.target.dataset.lapsed)
      case "pagehide":
        return this.leave()
      case "pageshow":
        if (event.persisted) this.comeBack()
        return
      case "storage":
        if (isAbout(event, this.address)) this.comeBack()
    }
  }

  clicked(event) {
    const button = event.target.closest("button")
    if (button?.dataset.instead) {
      event.preventDefault()
      this.takeInstead(button.dataset.instead.split(" "), button.name === "need")
    } else if (button && "dismiss" in button.dataset) {
      this.dismiss()
    } else if (button?.dataset.way) {
      this.toggle(this.shown)
      this.close()
    } else if (button && "closeSheet" in button.dataset) {
      this.close()
    }
  }

  // The sheet is far from its seat in the page's order: who leaves it by the Tab key goes on from the seat.
  leaveSheet(event) {
    if (event.key === "Escape") {
      event.stopPropagation()
      return this.close()
    }
    if (event.key !== "Tab" || !this.sheet.contains(event.target)) return
    const stops = [...this.sheet.querySelectorAll("button")]
    if (event.target !== stops.at(event.shiftKey ? 0 : -1)) return
    if (event.shiftKey) event.preventDefault()
    this.close()
  }

  // The sheet: what the seat is, before it is taken. Pressed again, it is taken.
  async picked(chair) {
    if (this.sheet.open && this.shown?.at === chair.at) {
      if (this.mayTake(chair)) this.toggle(chair)
      return this.close()
    }
    this.shown?.element.classList.remove("chair--shown")
    this.shown = chair
    chair.element.classList.add("chair--shown")
    await this.dressed
    if (this.shown !== chair) return
    if (!this.sheet.open) {
      this.sheet.replaceChildren() // Nothing of the last seat gets the focus.
      this.sheet.show()
    }
    this.fill(`<div class="seat-sheet__words"><p class="seat-sheet__title"></p><div data-ways></div></div>`)
    this.sheet.querySelector("p").textContent = chair.says
    this.offerWays()
    try {
      const answer = await fetch(`${this.address}/at/${encodeURIComponent(chair.key)}/sheet`)
      const html = answer.ok ? await answer.text() : ""
      await this.pressing
      if (this.shown !== chair) return
      if (html) this.fill(html)
      this.offerWays()
    } catch {
      // What is there already says enough to take it.
    }
    if (this.shown === chair) this.uncover(chair)
  }

  // A button that is replaced while it is pressed is not pressed: until the finger is lifted all stays.
  press() {
    const until = new AbortController()
    this.pressing = new Promise((lifted) => {
      const lift = () => {
        until.abort()
        setTimeout(lifted)
      }
      for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, lift, { signal: until.signal })
    })
  }

  // The seat that the sheet lies over comes into sight above it.
  uncover(chair) {
    const { camera, window: frame } = this.map
    const { left, top, right } = this.sheet.getBoundingClientRect()
    const edge = frame.getBoundingClientRect()
    if (right <= edge.left || left >= edge.right) return
    if (top - Math.max(edge.top, 0) < 80) window.scrollBy(0, edge.top - 16)
    const { top: upper, bottom } = frame.getBoundingClientRect()
    const [begin, end] = [Math.max(0, -upper), Math.min(bottom, top) - upper]
    // Where it will be once the map has come to where it is going.
    const { y: at, scale } = landing(camera, chair)
    const { x } = camera.aim ?? camera.middle()
    const high = camera.box.height * scale
    if (at >= begin + 20 && at <= end - 30) return
    if (high > camera.high * 1.01) camera.go({ x, y: chair.y + (camera.high - begin - end) / 2 / scale, scale })
    else window.scrollBy(0, at - end + 30) // The hall stays in the middle of a window that it fits.
  }

  fill(html) {
    const had = this.isClosing
    const closer = this.closer()
    this.sheet.innerHTML = html
    this.sheet.append(closer)
    if (had) closer.focus({ preventScroll: true })
  }

  get isClosing() {
    return this.sheet.contains(document.activeElement) && "closeSheet" in document.activeElement.dataset
  }

  closer() {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "seat-sheet__close"
    button.dataset.closeSheet = ""
    button.setAttribute("aria-label", this.dataset.close)
    button.innerHTML = '<svg class="icon" aria-hidden="true"><use href="#i-x"/></svg>'
    return button
  }

  offerWays() {
    const ways = this.sheet.querySelector("[data-ways]")
    const chair = this.shown
    if (!ways || !chair) return
    const mine = this.positions.includes(chair.at)
    const button = document.createElement("button")
    button.type = "button"
    button.className = `button button--wide ${mine ? "" : "button--primary"}`
    button.dataset.way = mine ? "give-back" : "take"
    const words = chair.bank.dataset.take ? chair.bank.dataset : this.dataset
    button.textContent = mine ? words.giveBack : words.take
    if (!mine && !this.mayTake(chair)) {
      const gone = document.createElement("p")
      gone.className = "seat-sheet__gone"
      gone.textContent = words.gone
      const had = ways.contains(document.activeElement)
      ways.replaceChildren(gone)
      if (!had) return
      this.sheet.querySelector("[data-close-sheet]").focus({ preventScroll: true })
      return this.announce(words.gone)
    }
    ways.replaceChildren(button)
    if (!this.isClosing) button.focus({ preventScroll: true })
  }

  mayTake(chair) {
    return this.positions.includes(chair.at) || this.isFree(chair.at)
  }

  // What one gave back a moment ago still looks taken for a few seconds, and is not.
  isFree(at) {
    const mine = this.held.has(at) || Date.now() - (this.lately.get(at) ?? 0) < STALE
    return mine || (this.states.of(at) ?? "f") === "f"
  }

  close(backToSeat = true) {
    const chair = this.shown
    this.sheet.close()
    chair?.element.classList.remove("chair--shown")
    this.shown = null
    if (backToSeat && chair?.element.isConnected) chair.element.focus({ preventScroll: true })
  }

  // A table sold as a whole is taken and given back as a whole.
  toggle(chair) {
    if (!chair) return
    const all = chair.bank.classList.contains("bank--whole") ? [...chair.bank.querySelectorAll(".chair")].map((one) => one.getAttribute("href").slice("#seat-".length)) : [chair.key]
    this.change((keys) => {
      const taking = !keys.includes(chair.key)
      const others = keys.filter((key) => !all.includes(key))
      const wanted = taking ? [...others, ...all] : others
      if (taking && wanted.length > Number(this.getAttribute("most"))) return this.say(this.dataset.most)
      this.announce((taking ? this.dataset.chosen : this.dataset.givenBack).replace("{}", chair.says))
      return wanted
    })
  }

  // One press for others; what was refused has gone by then, and what comes next is at hand.
  // Whoever has said that they need what was refused keeps what they chose besides.
  async takeInstead(keys, need) {
    if (need) this.form.querySelector("input[name=need]").checked = true
    await this.change((chosen) => (need ? [...new Set([...chosen, ...keys])] : keys), true)
    if (!this.notice.firstElementChild) this.announce(this.dataset.now.replace("{}", named(this.inputs)))
  }

  tick({ value, checked }) {
    this.change((keys) => {
      const others = keys.filter((key) => key !== value)
      return checked ? [...others, value] : others
    })
  }

  // What is held counts as it is counted now, once it is counted to the end.
  countAnew() {
    clearTimeout(this.counting)
    this.counting = setTimeout(() => this.change((keys) => keys), PAUSE)
  }

  // One change after the other, each made to what the one before it came to: who is quick doesn't
  // lose a seat.
  change(make, reveal = false) {
    return this.next(() => {
      const wanted = make(this.keys)
      return wanted && this.set(wanted, reveal)
    })
  }

  next(step) {
    return (this.pending = Promise.resolve(this.pending).then(step))
  }

  // From now on these are chosen. The list comes from the box office, with prices and words.
  async set(keys, reveal) {
    this.said.replaceChildren()
    this.busy = true
    const positions = keys.map((key) => this.position(key)).filter((at) => at !== undefined)
    this.map.mark(positions)
    try {
      const answer = await (this.getAttribute("choosing") === "hold_at_once" || this.holding ? this.hold(keys) : this.ask(keys))
      await this.answered(answer, reveal)
    } catch {
      this.say(this.dataset.unreachable)
    }
    this.settle()
  }

  position(key) {
    for (const chair of this.map.chairs.values()) if (chair.key === key) return chair.at
    return this.inputs.find((input) => input.value === key)?.dataset.at
  }

  ask(keys) {
    const query = new URLSearchParams(keys.map((key) => ["seat", key]))
    return fetch(`${this.address}/chosen?${query}`, { signal: AbortSignal.timeout(PATIENCE) })
  }

  hold(keys) {
    const form = new FormData(this.form)
    form.delete("seat")
    for (const key of keys) form.append("seat", key)
    return this.post(`${this.address}/held`, form)
  }

  post(url, form) {
    return fetch(url, { method: "POST", body: new URLSearchParams(form), headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE) })
  }

  async answered(answer, reveal = false, took = true) {
    const address = answer.headers.get("HX-Redirect")
    if (address) {
      this.leaving = true
      note(this.address)
      location.assign(address)
      return
    }
    const html = await answer.text()
    if (answer.status === 409 || answer.status === 422) return this.refused(html)
    if (!answer.ok) return this.say(this.dataset.unreachable)
    const had = this.inputs.indexOf(document.activeElement)
    this.list.innerHTML = html
    for (const at of this.held) this.lately.set(at, Date.now())
    this.holding = this.list.querySelector("hold-countdown") !== null
    if (this.holding) import("./hold-countdown.js")
    this.held = new Set(this.holding ? this.positions : [])
    if (this.holding && took) note(this.address)
    this.noteCounted()
    this.total()
    if (had >= 0) (this.inputs[Math.min(had, this.inputs.length - 1)] ?? this.onward).focus({ preventScroll: true })
    if (took) this.dismiss()
    if (!reveal) return
    if (this.sheet.open) this.close(false) // It is about another seat.
    await this.map.reveal(this.positions)
    this.tell(this.list.querySelector(".chosen__said"))
  }

  // Where the best seats are, for who looks and for who listens.
  tell(found) {
    if (!found) return
    found.scrollIntoView({ block: "nearest" })
    this.announce(found.textContent)
  }

  // It stays until the choice is another one or the reader closes it. The message gets the focus and none
  // of its buttons: who pressed twice has not chosen others by that.
  refused(html) {
    this.notice.innerHTML = html
    const message = this.notice.firstElementChild
    message.tabIndex = -1
    for (const button of message.querySelectorAll("[data-dismiss]")) button.hidden = false
    message.focus({ preventScroll: true })
    message.scrollIntoView({ block: "nearest" })
    this.states.ask()
  }

  dismiss() {
    const had = this.notice.contains(document.activeElement)
    this.notice.replaceChildren()
    if (had) this.onward.focus({ preventScroll: true })
  }

  settle() {
    this.busy = false
    this.map.mark(this.positions)
    this.total()
    this.remember()
    this.lookAround()
  }

  // What the choice comes to, and what the button below it says.
  total() {
    this.form.dispatchEvent(new Event("input", { bubbles: true }))
    const label = this.onward?.querySelector("[data-label]")
    if (label && this.holding) label.textContent = this.dataset.goOn
  }

  // One of mine went to somebody else: said at once, unless a refusal has named it; the others stay.
  lookAround() {
    if (this.shown && this.sheet.open && !this.positions.includes(this.shown.at) && !this.mayTake(this.shown)) this.offerWays()
    if (this.busy) return
    const gone = this.inputs.filter((input) => input.checked && !this.isFree(Number(input.dataset.at)))
    if (!gone.length) return
    const words = named(gone.filter((input) => !this.isTold(input)))
    const had = gone.includes(document.activeElement)
    for (const input of gone) input.closest("li").remove()
    this.settle()
    if (had) this.onward.focus({ preventScroll: true })
    if (words) this.say(this.dataset.taken.replace("{}", words))
  }

  // A refusal may set a hyphen between row and number.
  isTold({ dataset }) {
    const refusal = this.notice.querySelector("p")?.textContent ?? ""
    const [told, name] = [refusal, dataset.whole ?? dataset.label].map((words) => words.replaceAll("-", ""))
    return told.split(name).slice(1).some((rest) => !/^[\p{L}\p{N}]/u.test(rest))
  }

  async submit(event) {
    if (event.target !== this.form) return
    event.preventDefault()
    if (this.sending) return
    this.sending = true
    const button = this.pressed(event.submitter)
    clearTimeout(this.counting)
    await this.pending
    this.sending = false
    const best = button && "best" in button.dataset
    const form = new FormData(this.form, button)
    const counted = [...form.entries()].some(([name, value]) => name === "seat" || (name.startsWith("tier-") && Number(value) > 0))
    if (!best && !counted) return this.say(this.dataset.empty)
    this.sending = this.busy = true
    this.said.replaceChildren()
    button?.setAttribute("aria-busy", "true")
    try {
      await this.answered(await this.post(button?.getAttribute("formaction") ?? this.form.action, form), best)
    } catch {
      this.say(this.dataset.unreachable)
    }
    this.sending = false
    button?.removeAttribute("aria-busy")
    if (!this.leaving) this.settle()
  }

  // Enter among the fields for the best seats asks for these, and anywhere else holds what is chosen.
  pressed(button) {
    if (!button || !("enter" in button.dataset)) return button
    return document.activeElement?.closest("[data-best-fields]")?.querySelector("[data-best]") ?? button
  }

  // What is remembered is this tab's own.
  remember() {
    try {
      sessionStorage.setItem(`seats ${this.address}`, JSON.stringify({ keys: this.keys }))
    } catch {
      // Not kept beyond this page.
    }
  }

  comeBack() {
    this.leaving = false
    return this.next(() => this.restore())
  }

  async restore() {
    let before = {}
    try {
      before = JSON.parse(sessionStorage.getItem(`seats ${this.address}`)) ?? {}
    } catch {
      // Nothing is remembered.
    }
    const keys = this.keys.length ? this.keys : before.keys ?? []
    if (!keys.length && !isKnown(this.address)) return
    this.busy = true
    try {
      // The box office knows what it holds, also for who comes back from the checkout or by another tab.
      const answer = await this.post(`${this.address}/back`, { moment: Date.now() })
      if (answer.status === 204) forget(this.address)
      if (answer.status !== 204 || keys.length) await this.answered(answer.status === 204 ? await this.ask(keys) : answer, false, false)
      this.showCounted()
    } catch {
      // They are still on the map.
    }
    this.settle()
  }

  // What is held without seats can be had besides what is left.
  noteCounted() {
    const held = new Map([...this.list.querySelectorAll("data[data-counted]")].map((one) => [one.dataset.counted, one.value]))
    for (const tier of this.form.querySelectorAll("tier-quantity")) {
      const input = tier.querySelector("input")
      if (held.has(input.name)) input.dataset.held = held.get(input.name)
      else delete input.dataset.held
    }
  }

  // And is what the counters say, for who comes back.
  showCounted() {
    for (const input of this.form.querySelectorAll("tier-quantity input[data-held]")) {
      const tier = input.closest("tier-quantity")
      tier.look()
      tier.set(Number(input.dataset.held), 1)
    }
  }

  // The time is over: what was held is still chosen, and anybody's to take.
  async lapse(words) {
    this.busy = true
    try {
      await this.answered(await this.ask(this.keys))
    } catch {
      this.held.clear()
      this.holding = false
    }
    this.settle()
    this.say(words)
  }

  // Nobody waits for seats that a closed tab holds: they are given back early, unless one returns.
  leave() {
    if (this.leaving || !this.holding || !isOwn(this.address)) return
    navigator.sendBeacon(`${this.address}/leave`, new URLSearchParams({ moment: Date.now() }))
  }

  announce(words) {
    const place = this.querySelector(":scope > [data-announcement]") // And not that of a countdown.
    if (place) place.textContent = words
  }

  // In the bar, which a phone shows wherever one is on the page.
  say(words) {
    const line = document.createElement("p")
    line.className = "notice notice--doubt"
    line.setAttribute("role", "alert")
    line.textContent = words
    this.said.replaceChildren(line)
  }
}

// Each once: a table that is sold as a whole is spoken of as a table.
function named(inputs) {
  const names = inputs.map((input) => input.dataset.whole ?? input.closest("li").querySelector(".chosen__where").firstChild.textContent.trim())
  return [...new Set(names)].join("; ")
}

customElements.define("seat-choice", SeatChoice)
