// A ticket on its holder's phone: its state while there is network and what was last known without,
// and, where the tier has one, the code that changes every half minute.
//   <ticket-code ticket="…" kind="rotating" phone="0" state-url="…" phone-url="…" …>
// What the server wrote inside stays where this phone can't do better.
class TicketCode extends HTMLElement {
  async connectedCallback() {
    this.state = this.dataset.state
    this.memory = { ticket: this.getAttribute("ticket") }
    this.abort = new AbortController()
    const { signal } = this.abort
    this.querySelector("[data-take]")?.addEventListener("click", () => this.take(), { signal })
    document.addEventListener("visibilitychange", () => this.seen(), { signal })
    for (const name of ["online", "offline"]) addEventListener(name, () => this.ask(), { signal })
    this.keepForLater()
    await this.begin()
    this.seen()
  }

  disconnectedCallback() {
    this.abort.abort()
    clearInterval(this.clock)
    clearInterval(this.asking)
  }

  get rotates() {
    return this.getAttribute("kind") !== "static" && this.state !== "cancelled" && Boolean(this.maker)
  }

  // By the server's clock, as far as this phone has ever compared its own with it.
  get now() {
    return Date.now() + (this.memory.skew ?? 0)
  }

  async begin() {
    const version = (name) => this.getAttribute(name)
    try {
      this.store = await import(version("memory"))
      this.memory = await this.store.recall(this.memory.ticket)
    } catch {
      this.store = undefined // A private window without a memory: a static ticket works all the same.
    }
    if (version("kind") === "static" || this.state === "cancelled") return
    const maker = await import(version("maker"))
    if (!maker.canBeMadeHere() || !this.store) return this.reveal("data-unable")
    this.maker = maker
    this.encoder = await import(version("encoder"))
    this.phone = Number(version("phone"))
    // The first phone that looks takes the ticket; a second one has to be asked for.
    if (!this.memory.certificate && !this.phone) await this.take()
  }

  seen() {
    clearInterval(this.clock)
    clearInterval(this.asking)
    if (document.hidden) return
    this.ask()
    this.asking = setInterval(() => this.ask(), 20_000)
    if (this.rotates) this.clock = setInterval(() => this.tick(), 250)
    this.keepAwake()
    this.tick()
  }

  // What the server knows of it by now; without network, what it last said and when.
  async ask() {
    const known = await this.fetched(this.getAttribute("state-url"))
    if (!known) return this.say(this.memory.known)
    if (known.state !== this.state && this.hasNotReloadedFor(known.state)) return location.reload()
    this.phone = known.phone
    await this.learn({ known: { state: known.state, at: known.server_time } })
    this.say(null)
    // The page was opened without network first: now there is some.
    if (this.rotates && !this.memory.certificate && !this.phone) await this.take()
    this.tick()
  }

  // Where the network is slow the worker may answer with the page it kept: once is enough.
  hasNotReloadedFor(state) {
    const mark = `${this.memory.ticket} is ${state}`
    if (sessionStorage.getItem("ticket-code") === mark) return false
    sessionStorage.setItem("ticket-code", mark)
    return true
  }

  // Make this the phone that shows the ticket.
  async take() {
    const own = await this.maker.newKey()
    const body = JSON.stringify({ public_key: this.maker.base64url(own.publicKey) })
    const headers = { "Content-Type": "application/json" }
    const made = await this.fetched(this.getAttribute("phone-url"), { method: "POST", headers, body })
    if (!made) return this.reveal("data-waits")
    this.phone = made.number
    const { facts, certificate } = made
    await this.learn({
      privateKey: own.privateKey,
      publicKey: own.publicKey,
      facts: this.maker.bytesOf(facts),
      certificate: this.maker.bytesOf(certificate),
      number: made.number,
    })
    this.step = undefined
    this.tick()
  }

  async fetched(address, how = {}) {
    const before = Date.now()
    try {
      const answer = await fetch(address, { ...how, cache: "no-store", signal: AbortSignal.timeout(8000) })
      if (!answer.ok) return null
      const told = await answer.json()
      const skew = Date.parse(told.server_time) - (before + Date.now()) / 2
      // Less than the way there and back could be the way.
      this.memory.skew = Math.abs(skew) < 1500 ? 0 : Math.round(skew)
      return told
    } catch {
      return null
    }
  }

  async learn(facts) {
    Object.assign(this.memory, facts)
    await this.store?.keep(this.memory).catch(() => undefined)
  }

  async tick() {
    if (!this.rotates) return
    if (!this.memory.certificate) return this.reveal(this.phone ? "data-elsewhere" : "data-waits")
    if (this.phone && this.phone !== this.memory.number) return this.reveal("data-elsewhere")
    const { STEP, codeOf } = this.maker
    const step = Math.floor(this.now / STEP)
    const left = (step + 1) * STEP - this.now
    this.querySelector("[data-bar]").setAttribute("width", `${(100 * left) / STEP}%`)
    this.querySelector("[data-left]").textContent = String(Math.ceil(left / 1000))
    if (step === this.step) return
    this.step = step
    const code = await codeOf(this.memory, step)
    if (step !== this.step) return
    this.draw(code)
    this.reveal("data-live")
    this.say(this.offline ? this.memory.known : null)
  }

  draw(code) {
    const drawing = this.encoder.qrcode(10, "M")
    drawing.addData(code, "Alphanumeric")
    drawing.make()
    const side = drawing.getModuleCount()
    let path = ""
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) if (drawing.isDark(y, x)) path += `M${x + 4} ${y + 4}h1v1h-1z`
    }
    this.querySelector("[data-code]").setAttribute("d", path)
  }

  // One of the things that can be said about the code, and nothing else.
  reveal(which) {
    for (const part of this.querySelectorAll("[data-part]")) part.hidden = !part.hasAttribute(which)
  }

  say(known) {
    this.offline = known !== null
    const line = this.querySelector("[data-as-of]")
    line.hidden = !this.offline
    if (!this.offline) return
    const at = new Date(known?.at ?? this.getAttribute("server-now"))
    const time = new Intl.DateTimeFormat(document.documentElement.dataset.times, { timeStyle: "short", timeZone: this.getAttribute("zone") })
    line.textContent = line.dataset.asOf.replace("TIME", time.format(at))
  }

  async keepAwake() {
    try {
      await navigator.wakeLock?.request("screen")
    } catch {
      // The battery is low, or the browser says no: it dims as it always does.
    }
  }

  // The page and all it is made of, for a place without network.
  async keepForLater() {
    if (!navigator.serviceWorker) return
    try {
      await navigator.serviceWorker.register(this.getAttribute("worker"), { scope: "/tickets/" })
      const ready = await navigator.serviceWorker.ready
      const loaded = performance.getEntriesByType("resource").map((entry) => entry.name)
      const modules = ["memory", "maker", "encoder"].map((name) => this.getAttribute(name)).filter(Boolean)
      ready.active.postMessage({ keep: [location.href, ...loaded, ...modules] })
    } catch {
      // Nothing is lost but what works without network.
    }
  }
}

customElements.define("ticket-code", TicketCode)
