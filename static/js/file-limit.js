// Says so as soon as a file is chosen that is too large, before anything is sent:
//   <file-limit most="10485760" data-too-large="…"><input type="file"></file-limit>
class FileLimit extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this)
  }

  disconnectedCallback() {
    this.removeEventListener("change", this)
  }

  handleEvent({ target }) {
    const isTooLarge = [...target.files].some((file) => file.size > Number(this.getAttribute("most")))
    target.setCustomValidity(isTooLarge ? this.dataset.tooLarge : "")
    if (isTooLarge) target.reportValidity()
  }
}

customElements.define("file-limit", FileLimit)
