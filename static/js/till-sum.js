// The sum at the till, and the change: as one types, and by the same rule the order is made with.
//   <till-sum currency="USD" digits="2" fee-percent="2.5" fee-fixed="30">…</till-sum>
// total="5156": what is set aside already has its price.
class TillSum extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this)
    this.show()
  }

  disconnectedCallback() {
    this.removeEventListener("input", this)
  }

  handleEvent() {
    this.show()
  }

  get scale() {
    return 10 ** Number(this.getAttribute("digits"))
  }

  get total() {
    if (this.querySelector("[name=method]:checked")?.value === "free") return 0
    if (this.hasAttribute("total")) return Number(this.getAttribute("total"))
    let subtotal = 0
    for (const input of this.querySelectorAll("[data-amount]")) {
      subtotal += Math.max(0, parseInt(input.value, 10) || 0) * Number(input.dataset.amount)
    }
    if (!subtotal) return 0
    const thousandths = BigInt(Math.round(Number(this.getAttribute("fee-percent")) * 1000))
    const share = (BigInt(subtotal) * thousandths + 50_000n) / 100_000n
    return subtotal + Number(share) + Number(this.getAttribute("fee-fixed"))
  }

  get given() {
    let typed = this.querySelector("[name=given]").value.replace(/\s/g, "")
    if (/^[1-9]\d{0,2},\d{3}$/.test(typed)) {
      // Thousands, unless they may be decimals: then the change is said by whoever asks back.
      if (this.getAttribute("digits") >= 3) return NaN
      typed = typed.replace(",", "")
    }
    typed = typed.replace(",", ".")
    return typed ? Math.round(Number(typed) * this.scale) : NaN
  }

  show() {
    const { total, given } = this
    const written = new Intl.NumberFormat(this.getAttribute("locale"), { style: "currency", currency: this.getAttribute("currency") })
    const chosen = this.hasAttribute("total") || [...this.querySelectorAll("[data-amount]")].some((input) => Number(input.value) > 0)
    this.querySelector("[data-total]").textContent = chosen ? written.format(total / this.scale) : "–"
    const cash = this.querySelector("[name=method]:checked")?.value === "cash"
    this.querySelector("[data-cash]").hidden = !cash
    const line = this.querySelector("[data-change-line]")
    line.hidden = !cash || !chosen || !Number.isFinite(given)
    if (line.hidden) return
    const word = given < total ? this.dataset.missing : this.dataset.change
    this.querySelector("[data-change-word]").textContent = word
    this.querySelector("[data-change]").textContent = written.format(Math.abs(given - total) / this.scale)
  }
}

customElements.define("till-sum", TillSum)
