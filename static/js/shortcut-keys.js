// The console by keyboard. "g o" goes to the link with data-keys="g o", "/" to the search,
// "n" to the page's main action, "?" shows the list.
const PATIENCE = 1200

class ShortcutKeys extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog")
    this.querySelector("[data-open]").hidden = false
    this.querySelector("[data-enabled]").checked = this.enabled
    this.addEventListener("click", this)
    this.addEventListener("change", this)
    document.addEventListener("keydown", this)
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this)
  }

  get enabled() {
    try {
      return localStorage.getItem("shortcut-keys") !== "off"
    } catch {
      return true
    }
  }

  handleEvent(event) {
    if (event.type === "keydown") this.pressed(event)
    else if (event.type === "click" && event.target.closest("[data-open]")) this.dialog.showModal()
    else if (event.type === "change" && event.target.matches("[data-enabled]")) this.keep(event.target.checked)
  }

  keep(enabled) {
    try {
      localStorage.setItem("shortcut-keys", enabled ? "on" : "off")
    } catch {
      // Not kept beyond this page.
    }
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !this.enabled) return
    if (event.target.closest("input, textarea, select, dialog[open], [contenteditable]")) return
    const sequence = event.timeStamp - this.last < PATIENCE ? `${this.before} ${event.key}` : event.key
    this.last = event.timeStamp
    this.before = event.key
    const target = this.target(sequence) ?? this.target(event.key)
    if (!target) return
    event.preventDefault()
    target()
  }

  target(keys) {
    if (keys === "?") return () => this.dialog.showModal()
    const link = this.querySelector(`[data-keys="${CSS.escape(keys)}"]`) ?? null
    if (link) return () => link.click()
    const aim = { "/": "[data-search]", n: ".console__head .button--primary" }[keys]
    const element = aim && document.querySelector(aim)
    if (!element) return null
    return () => (keys === "/" ? element.select() : element.click())
  }
}

customElements.define("shortcut-keys", ShortcutKeys)
