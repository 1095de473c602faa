// Numbers of seats and labels of rows, as halls have them.

const ALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
const CLEAR = "ABCDEFGHJKLMNPQRSTUVWXYZ"

// 0 is A, 23 or 25 is Z, then AA.
export function letters(index, skip) {
  const alphabet = skip ? CLEAR : ALL
  let name = ""
  for (let rest = index; rest >= 0; rest = Math.floor(rest / alphabet.length) - 1) {
    name = alphabet[rest % alphabet.length] + name
  }
  return name
}

// Which letter comes where in the row of letters; an I that is left out counts as what follows it.
export function indexOf(text, skip) {
  const alphabet = skip ? CLEAR : ALL
  let index = 0
  for (const letter of text.toUpperCase()) {
    const found = [...alphabet].findIndex((one) => one >= letter)
    index = index * alphabet.length + (found < 0 ? alphabet.length - 1 : found) + 1
  }
  return Math.max(0, index - 1)
}

function written(step, start, asLetters, skip) {
  if (!asLetters) return String((/^-?\d+$/.test(start) ? Number(start) : 1) + step)
  return letters(indexOf(/^[a-z]+$/i.test(start) ? start : "A", skip) + step, skip)
}

// Labels from the front row to the back one.
export function rowLabels(count, { as = "letters", start = "A", skip = true, upward = true, prefix = "" }) {
  const labels = Array.from({ length: count }, (_one, index) => prefix + written(index, start, as === "letters", skip))
  return upward ? labels : labels.reverse()
}

// Numbers from the left seat to the right one.
export function seatNumbers(count, { order = "left", start = "1", as = "numbers", skip = true }) {
  const steps = Array.from({ length: count }, (_one, index) => {
    if (order === "right") return count - 1 - index
    if (order === "odd" || order === "even") return index * 2
    if (order === "odd-right" || order === "even-right") return (count - 1 - index) * 2
    if (order !== "middle") return index
    const left = Math.ceil(count / 2)
    return index < left ? (left - 1 - index) * 2 : (index - left) * 2 + 1
  })
  let first = start
  if (as === "numbers" && (order.startsWith("odd") || order.startsWith("even"))) {
    const number = Number.parseInt(start, 10) || 0
    const odd = order.startsWith("odd")
    first = String((Math.abs(number) % 2 === 1) === odd ? number : number + 1)
  }
  return steps.map((step) => written(step, first, as === "letters", skip))
}

// The label that comes after the last: A after nothing, C after B, 12 after 11.
export function nextLabel(taken) {
  const labels = [...taken]
  const last = labels.at(-1) ?? ""
  const candidate = (index) => (/^\d+$/.test(last) ? String(Number(last) + index) : letters((last ? indexOf(last, true) : -1) + index, true))
  let index = 1
  while (taken.has(candidate(index))) index += 1
  return candidate(index)
}
