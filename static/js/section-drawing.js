// The seats of a section, from the columns that eventflow/sales/section_columns.py writes: drawn, and
// each with what one may ask of it. No seat is moved by a transform: Chromium would look at each of
// them again in every frame in which the hall moves.
//
// What is written is centred by where its line begins and not by `dominant-baseline`, for which
// Chromium takes the font's metrics in whole pixels of the whole hall as it fits the window: half a seat.
export function drawn(section, of, pitch) {
  const group = svg("g", { class: "chairs" })
  const chairs = []
  const rows = []
  for (const columns of section.banks) {
    const bank = drawnBank(columns, pitch)
    group.append(bank)
    const [keys, numbers] = [counted(columns.keys), counted(columns.numbers)]
    const [xs, ys] = [placed(columns.x), placed(columns.y)]
    const categories = columns.categories.flatMap(([number, many]) => Array(many).fill(number))
    const ends = label(bank, columns, xs, ys, pitch)
    const first = chairs.length
    keys.forEach((key, n) => {
      const { price, shape = 0 } = section.categories[categories[n]] ?? {}
      const kind = columns.kinds?.[n] ?? "standard"
      const at = section.from + chairs.length
      const says = columns.says?.[n] ?? section.seat.replace("{}", numbers[n])
      const element = svg("a", {
        class: `c${categories[n]} chair${columns.notes?.includes(n) ? " chair--noted" : ""}`,
        href: `#seat-${key}`, role: "button", tabindex: -1, "data-at": at,
      })
      const [whole, less] = [1, 0.78].map((size) => outline(shape, xs[n], ys[n], size))
      element.append(svg("path", { d: whole }))
      if (kind === "standard") element.append(svg("text", { x: xs[n], y: (ys[n] + pitch * 0.13).toFixed(1) }, numbers[n]))
      else element.append(svg("use", { href: kind === "accessible" ? "#wheel" : "#plus-one", x: xs[n], y: ys[n], class: "chair__kind" }))
      bank.append(element)
      const cost = columns.whole?.price || price
      chairs.push({
        element, whole, less, x: xs[n], y: ys[n], at, category: String(categories[n]), kind, bank, of, key, aisle: columns.aisles?.includes(n) ?? false,
        short: [columns.name, says, cost].filter(Boolean).join(", "),
        says: [columns.name, says, section.name, cost].filter(Boolean).join(", "),
      })
    })
    if (ends) rows.push({ label: columns.label, chairs: chairs.slice(first), ends })
  }
  return { group, chairs, rows }
}

// An outline of the page (eventflow/sales/seat_shapes.py), begun at another place. What has a decimal
// is a length; the first two are where it begins.
function outline(shape, x, y, size) {
  let n = 0
  return document.getElementById(`chair-${shape}`).getAttribute("d").replace(/-?\d+\.\d/g, (length) => (length * size + ([x, y][n++] ?? 0)).toFixed(1))
}

// Runs of [the first, how many, by how much each counts up].
function counted(runs) {
  return runs.flatMap(([first, many = 1, step = 1]) => {
    const [, word, number] = first.match(/^(.*?)(0|[1-9]\d{0,8})$/s) ?? []
    return Array.from({ length: many }, (_, n) => (n ? word + (Number(number) + n * step) : first))
  })
}

// The first place, the way to the second, and how each further way differs from the last.
function placed(bends) {
  let place = 0
  let way = 0
  return bends.map((bend, n) => {
    way = n > 1 ? way + bend : bend
    return (place += way)
  })
}

function drawnBank({ name, whole, table, label: words }, pitch) {
  const bank = svg("g", { class: whole ? "bank bank--whole" : "bank", role: "group", "aria-label": name })
  if (whole) Object.assign(bank.dataset, { take: whole.take, giveBack: whole.give_back, gone: whole.gone })
  if (!table) return bank
  const { x, y, width, height, rotation = 0, shape } = table
  const top = svg("g", { class: "bank__table", transform: `translate(${x} ${y}) rotate(${rotation})` })
  if (shape === "round") top.append(svg("ellipse", { rx: width / 2, ry: height / 2 }))
  else top.append(svg("rect", { x: -width / 2, y: -height / 2, width, height, rx: 8 }))
  top.append(svg("text", { y: pitch * 0.18 }, words))
  bank.append(top)
  return bank
}

// A row says its name at both ends, as far from the last seat as that is from its neighbour.
function label(bank, columns, xs, ys, pitch) {
  if (columns.table || !columns.is_row || xs.length < 2) return null
  const ends = [[0, 1], [xs.length - 1, xs.length - 2]].map(([end, next]) => ({ x: 2 * xs[end] - xs[next], y: 2 * ys[end] - ys[next] }))
  for (const { x, y } of ends) bank.append(svg("text", { class: "bank__label", x, y: y + pitch * 0.16 }, columns.label))
  return ends
}

function svg(name, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name)
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value)
  element.textContent = text
  return element
}
