// Chooses the zone of the visitor's own clock in the select inside, unless one was chosen before:
//   <own-time-zone><select name="timezone">…</select></own-time-zone>
class OwnTimeZone extends HTMLElement {
  connectedCallback() {
    if (this.hasAttribute("chosen")) return
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
    const select = this.querySelector("select")
    if ([...select.options].some((option) => option.value === timeZone)) select.value = timeZone
  }
}

customElements.define("own-time-zone", OwnTimeZone)
