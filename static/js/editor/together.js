// Several people on one map. Asks every few seconds, for eyes that can see it, whether somebody saved
// a newer version and who else is here; brings what they drew together with what is drawn here, says
// what that was, and asks only where both changed the same.
import { Floor } from "./floor.js"
import { isNothing } from "./drawing.js"
import { page } from "./keeping.js"
import { adopted, difference, merged } from "./merging.js"

const EVERY = 6000
const MOST = 60000
const MOMENT = 400
const PARTS = 4

export class Together {
  constructor(editor, { url, version, drawing }) {
    Object.assign(this, { editor, url, version, drawing })
    this.pause = EVERY
    this.patience = EVERY
    this.notBefore = 0
    this.bar = editor.querySelector("[data-together]")
    this.clash = editor.querySelector("[data-conflict]")
    const panel = editor.querySelector(".editor__panel")
    panel.addEventListener("input", (event) => { this.typing = event.target.matches("input:not([type=checkbox], [type=radio]), textarea") })
    for (const name of ["change", "focusout"]) panel.addEventListener(name, () => { this.typing = false })
    document.addEventListener("visibilitychange", () => document.hidden || this.ask())
    addEventListener("pagehide", () => navigator.sendBeacon(`${this.url}?tab=${page}`))
    this.ask()
  }

  get saving() {
    return this.editor.saving
  }

  // The version and drawing that the server was last known to have.
  get base() {
    return this.saving ? { version: this.saving.version, drawing: this.saving.saved } : this
  }

  // A hand that holds something, a field half written or an open question is not disturbed.
  get handsFull() {
    const { pointer } = this.editor
    return Boolean(pointer.start || pointer.points?.length || this.typing || this.editor.querySelector("dialog[open]"))
  }

  async ask() {
    clearTimeout(this.timer)
    if (document.hidden || this.asking) return
    this.asking = true
    try {
      const answer = await fetch(`${this.url}?tab=${page}`, { headers: { Accept: "application/json" }, redirect: "manual" })
      if (!answer.ok) throw new Error(answer.statusText)
      const facts = await answer.json()
      this.pause = EVERY
      this.company(facts)
      if (Date.now() >= this.notBefore && (this.saving?.isBehind || this.isNews(facts))) this.meet(facts)
    } catch {
      this.pause = Math.min(this.pause * 2, MOST)
    }
    this.asking = false
    this.timer = setTimeout(() => this.ask(), this.pause)
  }

  isNews({ version }) {
    return version > this.base.version && !this.saving?.busy
  }

  company({ others, elsewhere }) {
    const place = this.editor.querySelector("[data-company]")
    const who = others.length > 3 ? this.editor.word("manyHere", { count: others.length }) : this.listed(others)
    const words = others.length ? this.editor.word(others.length > 1 ? "theyHere" : "isHere", { who }) : elsewhere ? this.editor.word("youElsewhere") : ""
    place.parentNode.hidden = !words
    if (place.textContent !== words) place.textContent = words
  }

  listed(names) {
    return new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" }).format(names)
  }

  // A newer version is there.
  async meet(facts = null) {
    if (this.meeting || this.undecided) return
    clearTimeout(this.again)
    this.meeting = true
    try {
      if (this.handsFull) {
        if (facts) this.say("newerSoon", facts)
        this.again = setTimeout(() => this.meet(facts), MOMENT)
        return
      }
      const answer = await fetch(this.editor.getAttribute("drawing-url"), { headers: { Accept: "application/json" }, redirect: "manual" })
      if (!answer.ok) throw new Error(answer.statusText)
      const news = await answer.json()
      this.patience = EVERY
      this.met(news)
    } catch {
      // Asked again, each time after longer.
      this.patience = Math.min(this.patience * 2, MOST)
      this.notBefore = Date.now() + this.patience
    } finally {
      this.meeting = false
    }
  }

  met(facts) {
    const { saving, editor, base } = this
    if (saving?.busy) return
    if (saving?.wasOurs(facts)) return
    if (facts.version <= base.version) return saving?.tryAgain()
    if (this.handsFull) return void (this.again = setTimeout(() => this.meet(facts), MOMENT))
    const theirs = adopted(facts.drawing, base.drawing)
    const outcome = merged(base.drawing, editor.drawing, theirs)
    const cannot = !outcome.drawing || editor.beyond(outcome.drawing)
    if (cannot || outcome.clashes.length) this.decide({ facts, theirs, outcome: cannot ? null : outcome, base: base.drawing })
    else this.bring({ facts, theirs, outcome, base: base.drawing })
  }

  bring({ facts, theirs, outcome, base, side }) {
    const { editor } = this
    const before = editor.drawing
    editor.history.bring(base, theirs, outcome.drawing, side)
    Object.assign(this, { version: facts.version, drawing: theirs })
    this.saving?.caughtUp(facts, theirs)
    editor.refresh()
    const found = difference(before, editor.drawing)
    if (!this.saw(found)) return this.hide()
    this.last = { before, after: editor.drawing, base, theirs, found, words: ["wasBefore", "isNow"] }
    this.say(before === base ? "broughtIn" : "broughtTogether", facts, { what: this.inWords(found) })
    this.bar.querySelector("p").append(this.renamedInWords(outcome.renamed))
    for (const button of this.bar.querySelectorAll("[data-do]")) button.hidden = button.dataset.do === "take-out" && !editor.mayChange
  }

  saw(found) {
    return !isNothing(found.chosen) || found.map || found.seats.size || found.gone || found.sections.length || found.sectionsGone || found.shapesGone || found.categories.length || found.categoriesGone
  }

  say(key, { changed_by, changed_at }, facts = {}) {
    this.bar.hidden = false
    for (const button of this.bar.querySelectorAll("[data-do]")) button.hidden = true
    this.bar.querySelector("p").textContent = this.editor.word(changed_by === this.editor.getAttribute("me") ? `${key}You` : key, { who: changed_by, time: this.editor.time(changed_at), ...facts })
  }

  hide() {
    this.bar.hidden = true
  }

  // Both changed the same: nothing is saved until somebody says whose stands.
  decide({ facts, theirs, outcome, base }) {
    const { editor } = this
    this.undecided = { facts, theirs, outcome, base }
    if (this.saving) this.saving.isBehind = true
    const what = outcome ? this.clashesInWords(outcome.clashes) : ""
    const who = facts.changed_by === editor.getAttribute("me") ? editor.word("youInAnotherTab") : facts.changed_by
    this.last = { before: theirs, after: editor.drawing, found: difference(theirs, editor.drawing), words: ["isTheirs", "isMine"] }
    this.hide()
    this.clash.hidden = false
    this.clash.querySelector("p").textContent = editor.word(outcome ? "clash" : "clashWhole", { who, what, time: editor.time(facts.changed_at) })
    this.clash.querySelector("[data-do=keep-mine]").hidden = !outcome
    editor.saySaved("behind")
  }

  keepMine() {
    this.settle("mine")
  }

  // What is theirs comes as an edit of one's own, so that undoing it brings one's own back.
  takeTheirs() {
    this.settle("theirs")
  }

  settle(side) {
    const { undecided, editor } = this
    if (!undecided) return
    const { facts, theirs, base } = undecided
    const mine = merged(base, editor.drawing, theirs, "mine")
    const whole = mine.drawing && !editor.beyond(mine.drawing)
    const both = side === "theirs" && whole ? merged(base, editor.drawing, theirs, "theirs").drawing : null
    this.undecided = null
    this.clash.hidden = true
    this.bring({ facts, theirs, base, outcome: whole ? mine : { drawing: editor.drawing, renamed: [] }, side: "mine" })
    if (side === "theirs") editor.change(adopted(both && !editor.beyond(both) ? both : theirs, theirs), "tookTheirs")
    editor.floor.svg.focus({ preventScroll: true })
  }

  // Their change undone, as an edit of one's own; what was drawn since stays.
  takeOut() {
    const { base, theirs } = this.last
    const { drawing, clashes } = merged(theirs, this.editor.drawing, base, "mine")
    this.hide()
    if (!drawing) this.editor.announce("cannotTakeOut")
    else if (clashes.length) this.editor.change(drawing, "tookOutSome", { what: this.clashesInWords(clashes) })
    else this.editor.change(drawing, "tookOut")
  }

  // Both pictures side by side, with what differs marked in them.
  look() {
    const { before, after, found, words } = this.last
    const dialog = this.editor.querySelector("[data-dialog=compare]")
    dialog.querySelector("[data-what]").textContent = this.inWords(found)
    dialog.showModal()
    for (const [index, drawing] of [before, after].entries()) {
      const figure = dialog.querySelectorAll("figure")[index]
      figure.querySelector("figcaption").textContent = this.editor.word(words[index])
      const floor = new Floor(figure.querySelector("svg"))
      floor.draw(drawing)
      floor.mark(difference(index ? before : after, drawing).chosen)
      floor.fit()
    }
  }

  // Words

  inWords(found) {
    const { editor } = this
    const word = (key, facts) => editor.word(key, facts)
    const counted = (one, many, count) => (count ? [word(count === 1 ? one : many, { count: count.toLocaleString() })] : [])
    const parts = [
      ...[...found.seats].map(([name, count]) => word(count === 1 ? "seatIn" : "seatsIn", { count: count.toLocaleString(), name })),
      ...found.sections.filter((name) => !found.seats.has(name)).map((name) => word("aSection", { name })),
      ...(found.shapes.length === 1 ? [word(`kind-${found.shapes[0].kind}`)] : counted("", "shapes", found.shapes.length)),
      ...found.categories.map((name) => word("aCategory", { name })),
      ...(found.map ? [word(found.chosen.focal ? "focal" : "canvas")] : []),
      ...counted("seatGone", "seatsGone", found.gone),
      ...counted("sectionGone", "sectionsGone", found.sectionsGone),
      ...counted("shapeGone", "shapesGone", found.shapesGone),
      ...counted("categoryGone", "categoriesGone", found.categoriesGone),
    ]
    return this.listed(shortened(parts, word))
  }

  clashesInWords(clashes) {
    const { editor } = this
    const word = (key, facts) => editor.word(key, facts)
    const told = clashes.map(({ kind, section, row, thing }) => {
      if (kind === "seat" || kind === "row") return word("aRow", { section: section.name, row: row.label })
      if (kind === "section") return word("aSection", { name: section.name })
      if (kind === "category") return word("aCategory", { name: thing.name })
      return kind === "map" ? word("canvas") : word(`kind-${thing.kind}`) + (thing.text ? ` “${thing.text}”` : "")
    })
    return this.listed(shortened([...new Set(told)], word))
  }

  renamedInWords(renamed) {
    return renamed.map(({ before, now }) => ` ${this.editor.word("renamed", { before, now })}`).slice(0, PARTS).join("")
  }
}

function shortened(parts, word) {
  if (parts.length <= PARTS) return parts
  return [...parts.slice(0, PARTS - 1), word("andMore", { count: parts.length - PARTS + 1 })]
}
