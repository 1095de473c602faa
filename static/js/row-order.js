// Moves a row up or down where it stands, so that nothing typed meanwhile waits for an answer:
//   <row-order><ol><li>… <button value="up:KEY">…</li></ol></row-order>
// Without script the same buttons ask the server to.
class RowOrder extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this)
  }

  handleEvent(event) {
    const button = event.target.closest("button[value^='up:'], button[value^='down:']")
    if (!button) return
    event.preventDefault()
    const row = button.closest("li")
    if (button.value.startsWith("up:")) row.previousElementSibling?.before(row)
    else row.nextElementSibling?.after(row)
    // Moving takes the focus away; and at the edge this button has nothing left to do.
    const other = [...row.querySelectorAll("button[value^='up:'], button[value^='down:']")].find((one) => one !== button)
    const stays = getComputedStyle(button).visibility === "visible"
    ;(stays ? button : other).focus()
    this.dispatchEvent(new Event("input", { bubbles: true }))
  }
}

customElements.define("row-order", RowOrder)
