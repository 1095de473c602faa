// Light, dark, or as the device says; kept on this device only.
class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.hidden = false
    this.show(document.documentElement.dataset.theme ?? "system")
    this.addEventListener("change", this)
  }

  disconnectedCallback() {
    this.removeEventListener("change", this)
  }

  handleEvent(event) {
    this.choose(event.target.value)
  }

  choose(theme) {
    const root = document.documentElement
    if (theme === "system") delete root.dataset.theme
    else root.dataset.theme = theme
    try {
      if (theme === "system") localStorage.removeItem("theme")
      else localStorage.setItem("theme", theme)
    } catch {
      // Not kept, but shown.
    }
    for (const other of document.querySelectorAll("theme-switch")) other.show(theme)
  }

  show(theme) {
    for (const input of this.querySelectorAll("input")) input.checked = input.value === theme
  }
}

customElements.define("theme-switch", ThemeSwitch)
