// What forms of measures may say: each number within the limits of its field, rows that do not run
// into themselves, counts that start at something. What is wrong stands at its field.

// [name, words, facts] of each field that can't be so. The browser itself would say one at a time,
// in a bubble that goes away.
export function wrongIn(form) {
  const wrong = []
  for (const field of form.elements) {
    if (field.type !== "number" && !(field.required && !field.value.trim())) continue
    const { min, max } = field
    const facts = { least: told(min), most: told(max) }
    if (field.type !== "number") wrong.push([field.name, "needed"])
    else if (field.value === "" || !Number.isFinite(field.valueAsNumber) || outside(field)) wrong.push([field.name, field.step === "1" ? "wholeBetween" : "numberBetween", facts])
  }
  return wrong
}

function outside({ valueAsNumber, min, max, step }) {
  return valueAsNumber < Number(min) || valueAsNumber > Number(max) || (step === "1" && !Number.isInteger(valueAsNumber))
}

export const told = (number) => Number(number).toLocaleString(document.documentElement.lang)

export function say(field, words) {
  clear(field)
  field.setAttribute("aria-invalid", "true")
  const said = Object.assign(document.createElement("span"), { className: "field__error", textContent: words })
  field.closest(".field").append(said)
}

export function clear(field) {
  if (!field.hasAttribute?.("aria-invalid")) return
  field.removeAttribute("aria-invalid")
  field.closest(".field").querySelector(".field__error")?.remove()
}

// What a count starts at, where that can be counted on from; else null.
export function startOf(text, as) {
  const pattern = as === "letters" ? /^[a-z]{1,8}$/i : /^\d{1,8}$/
  return pattern.test(text.trim()) ? text.trim() : null
}

// The seats after which aisles follow; null where that names none.
export function aislesIn(text, longest) {
  if (!/^[\d\s,;]*$/.test(text ?? "")) return null
  const aisles = (text ?? "").split(/[^\d]+/).filter(Boolean).map(Number)
  return aisles.every((after) => after > 0 && after < longest) ? aisles : null
}

// The least radius at which no row of a curved block comes round to where it began.
export function tightest(counts, { pitch, depth, aisles, aisleWidth, widen }) {
  const least = counts.map((seats, index) => {
    const within = aisles.filter((after) => after + Math.floor((widen * index) / 2) < seats).length
    return (seats * pitch + within * aisleWidth) / (2 * Math.PI) - index * depth
  })
  return Math.max(0, ...least)
}
