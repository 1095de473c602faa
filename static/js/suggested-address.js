// Suggests an address made of the name, until somebody types one of their own:
//   <suggested-address><input name="name"> <input name="slug"></suggested-address>
class SuggestedAddress extends HTMLElement {
  connectedCallback() {
    this.isOwn = this.address.value !== ""
    this.addEventListener("input", this)
    if (!this.isOwn && this.name.value) this.suggest()
  }

  disconnectedCallback() {
    this.removeEventListener("input", this)
  }

  get name() {
    return this.querySelector("[name=name]")
  }

  get address() {
    return this.querySelector("[name=slug]")
  }

  handleEvent(event) {
    if (event.target === this.name && !this.isOwn) this.suggest()
    // Emptied, it may be suggested again.
    if (event.target === this.address && event.isTrusted) this.isOwn = this.address.value !== ""
  }

  suggest() {
    // As the server makes the address of an event: letters without their marks, the rest hyphens.
    const plain = this.name.value.replaceAll("ß", "ss").normalize("NFKD").toLowerCase()
    const letters = plain.replace(/[^\x00-\x7f]/g, "").replace(/[^a-z0-9]+/g, "-")
    this.address.value = letters.slice(0, 63).replace(/^-+|-+$/g, "")
    this.address.dispatchEvent(new Event("input", { bubbles: true }))
  }
}

customElements.define("suggested-address", SuggestedAddress)
