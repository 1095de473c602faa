// Saves by itself what changed, says how that stands, and loses nothing on the way: what the
// server does not have yet is kept in this browser, and offered again after a crash. Where somebody
// else saved a newer version it waits until both are brought together.
import { isSame } from "./drawing.js"
import { forget, keep } from "./keeping.js"

const SOON = 900
const PATIENCE = 30000

export class Saving {
  constructor({ url, key, version, drawing, current, say, behind }) {
    Object.assign(this, { url, key, version, current, say, behind })
    this.saved = drawing
    this.tries = 0
    this.sent = []
    this.waiting = []
    addEventListener("online", () => this.hurry())
    document.addEventListener("visibilitychange", () => document.hidden && this.hurry())
    addEventListener("beforeunload", (event) => this.isOpen && event.preventDefault())
  }

  get isOpen() {
    return this.current() !== this.saved
  }

  changed() {
    if (!this.isOpen && !this.busy) return this.settled()
    this.keepSoon()
    if (!this.isBehind) this.later(SOON)
  }

  // Copying a large hall takes a moment; of quick edits one after the other the last is enough.
  keepSoon() {
    this.keeping ??= setTimeout(() => {
      this.keeping = null
      this.keepNow()
    }, 250)
  }

  async keepNow() {
    if (this.isOpen) await keep(this.key, { version: this.version, base: this.saved, drawing: this.current(), at: Date.now() })
  }

  // Once everything drawn so far is saved; never where that can't be.
  allSaved() {
    if (!this.isOpen && !this.busy) return Promise.resolve()
    this.hurry()
    return new Promise((saved) => this.waiting.push(saved))
  }

  // As where a page was that is gone: what it drew on that version is met by what came since.
  returnTo(version, drawing) {
    Object.assign(this, { version, saved: drawing, isBehind: true })
    clearTimeout(this.timer)
  }

  // There is nothing newer to bring together, whatever the server said.
  tryAgain() {
    if (!this.isBehind) return
    this.isBehind = false
    this.failed("away")
  }

  later(wait) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.save(), wait)
  }

  hurry() {
    if (this.isOpen && !this.busy && !this.isBehind) this.save()
  }

  async save() {
    clearTimeout(this.timer)
    if (this.busy || this.isBehind || !this.isOpen) return
    this.busy = true
    const drawing = this.current()
    const earlier = this.sent
    this.sent = [drawing, ...earlier].slice(0, 5)
    this.say("saving")
    try {
      const answer = await fetch(this.url, {
        method: "PUT",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ base: this.version, drawing: changes(drawing, this.saved) }),
        redirect: "manual",
      })
      if (answer.status === 409) this.sent = earlier
      await this.answered(answer, drawing)
    } catch {
      this.failed("away")
    } finally {
      this.busy = false
    }
  }

  async answered(answer, drawing) {
    if (answer.ok) {
      const facts = await answer.json()
      Object.assign(this, { version: facts.version, saved: drawing, sent: [], tries: 0 })
      if (this.isOpen) this.later(SOON)
      else this.settled(facts.changed_at)
    } else if (answer.status === 409) {
      this.isBehind = true
      this.say("behind")
      this.behind()
    } else if (answer.status === 422) {
      const facts = await answer.json()
      this.say("refused", { detail: facts.errors[0]?.message ?? facts.detail })
    } else {
      this.failed(answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404 ? "shut" : "away")
    }
  }

  // A save whose answer got lost on the way is there all the same, and is nobody else's.
  wasOurs({ drawing, version, changed_at }) {
    const ours = this.sent.find((one) => isSame(drawing, one))
    if (ours) this.caughtUp({ version, changed_at }, ours)
    return Boolean(ours)
  }

  // What is saved now is this drawing, whoever drew it.
  caughtUp({ version, changed_at }, drawing) {
    Object.assign(this, { version, saved: drawing, sent: [], tries: 0, isBehind: false })
    if (!this.isOpen) return this.settled(changed_at)
    this.keepSoon()
    this.later(0)
  }

  failed(state) {
    this.tries += 1
    this.say(state)
    this.later(Math.min(PATIENCE, 1500 * 2 ** Math.min(this.tries, 5)))
  }

  settled(at) {
    clearTimeout(this.timer)
    forget(this.key)
    for (const saved of this.waiting.splice(0)) saved()
    this.say("saved", { at: at ? new Date(at) : new Date() })
  }
}

// The drawing with everything that is as it was saved only named.
export function changes(drawing, saved) {
  const known = new Set([...saved.sections, ...saved.shapes])
  for (const section of saved.sections) for (const row of section.rows) known.add(row)
  const named = (thing) => (known.has(thing) ? { same: thing.id } : thing)
  const sections = drawing.sections.map((section) => (known.has(section) ? named(section) : { ...section, rows: section.rows.map(named) }))
  return { ...drawing, sections, shapes: drawing.shapes.map(named) }
}
