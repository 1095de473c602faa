// What the chosen tickets come to, fees included, by the same rule as the server's: a share of the
// subtotal rounded half up, and a fixed part once per order that costs anything.
class RunningTotal extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form")
    this.words = { count: this.part("count").textContent, label: this.part("label").textContent }
    this.form?.addEventListener("input", this)
    this.addEventListener("click", this)
    window.addEventListener("pageshow", this)
    this.show()
  }

  disconnectedCallback() {
    this.form?.removeEventListener("input", this)
    window.removeEventListener("pageshow", this)
  }

  handleEvent(event) {
    if (event.type === "click") this.lead(event)
    else this.show()
  }

  get amounts() {
    return [...(this.form?.querySelectorAll("[data-amount]") ?? [])]
  }

  // Nothing chosen yet: the button leads to where one chooses.
  lead(event) {
    const [first] = this.amounts
    if (this.count || !first || !event.target.closest("button")) return
    event.preventDefault()
    this.part("count").textContent = this.dataset.choose
    first.scrollIntoView({ block: "center" })
    first.focus({ preventScroll: true })
  }

  part(name) {
    return this.querySelector(`[data-${name}]`)
  }

  show() {
    let count = 0
    let subtotal = 0
    for (const input of this.amounts) {
      const wanted = input.type === "checkbox" ? Number(input.checked) : Math.max(0, Number(input.value) || 0)
      count += wanted
      subtotal += wanted * Number(input.dataset.amount)
    }
    this.count = count
    this.part("count").textContent = count ? this.worded("counts", count) : this.words.count
    this.part("label").textContent = count ? this.worded("labels", count) : this.words.label
    this.part("total").textContent = count ? this.written(subtotal + this.fee(subtotal)) : ""
  }

  fee(subtotal) {
    if (subtotal === 0) return 0
    const thousandths = BigInt(Math.round(Number(this.getAttribute("fee-percent")) * 1000))
    const share = (BigInt(subtotal) * thousandths + 50_000n) / 100_000n
    return Number(share) + Number(this.getAttribute("fee-fixed"))
  }

  // The server wrote the words for every number it allows, in the grammar of the reader's language.
  worded(kind, count) {
    const all = this.dataset[kind].split("|")
    return all[count - 1] ?? all.at(-1).replace(String(all.length), String(count))
  }

  written(amount) {
    if (amount === 0) return this.dataset.free
    const digits = Number(this.getAttribute("digits"))
    const style = { style: "currency", currency: this.getAttribute("currency"), minimumFractionDigits: digits, maximumFractionDigits: digits }
    return new Intl.NumberFormat(this.getAttribute("locale"), style).format(amount / 10 ** digits)
  }
}

customElements.define("running-total", RunningTotal)
