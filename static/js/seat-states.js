// How the seats of a hall stand, one letter each: f(ree), h(eld), s(old), b(locked). Asks for all of
// them once, then every few seconds for what changed, but only for eyes that can see it. Says
// "seats" with what became different. Trouble doubles the pause, up to a minute.
const MOST_PAUSE = 60

class SeatStates extends HTMLElement {
  connectedCallback() {
    this.letters = []
    this.pause = this.seconds
    document.addEventListener("visibilitychange", this)
    this.ask()
  }

  disconnectedCallback() {
    clearTimeout(this.timer)
    this.gone = true
    document.removeEventListener("visibilitychange", this)
  }

  get seconds() {
    return Number(this.getAttribute("seconds")) || 3
  }

  handleEvent() {
    if (!document.hidden) this.ask()
  }

  of(position) {
    return this.letters[position]
  }

  async ask() {
    clearTimeout(this.timer)
    if (document.hidden || this.asking || this.gone) return
    this.asking = true
    try {
      const url = new URL(this.getAttribute("url"), location.href)
      if (this.version !== undefined) url.searchParams.set("since", this.version)
      const answer = await fetch(url, { headers: { Accept: "application/json" } })
      if (!answer.ok) throw new Error(answer.statusText)
      if (answer.status !== 204) this.take(await answer.json())
      this.pause = this.seconds
    } catch {
      this.pause = Math.min(this.pause * 2, MOST_PAUSE)
    }
    this.asking = false
    clearTimeout(this.timer)
    if (!this.gone && !document.hidden) this.timer = setTimeout(() => this.ask(), this.pause * 1000)
  }

  take({ version, states, changed }) {
    const different = new Map()
    const note = (position, letter) => {
      if (this.letters[position] === letter) return
      different.set(position, letter)
      this.letters[position] = letter
    }
    if (states) [...states].forEach((letter, position) => note(position, letter))
    else for (const [letter, positions] of Object.entries(changed)) for (const position of positions) note(position, letter)
    this.version = version
    if (different.size) this.dispatchEvent(new CustomEvent("seats", { bubbles: true, detail: different }))
  }
}

customElements.define("seat-states", SeatStates)
