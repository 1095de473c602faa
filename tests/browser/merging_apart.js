// Random edits of two that do not touch each other's things: what is wrong with what they become.
async () => {
  const { adopted, merged } = await import("/static/js/editor/merging.js")
  const { isSame } = await import("/static/js/editor/drawing.js")
  let seed = 7
  const any = (count) => { seed = (seed * 48271) % 2147483647; return seed % count }
  const copy = (thing) => JSON.parse(JSON.stringify(thing))
  const seats = (key, count) => Array.from({ length: count }, (_one, n) => ({ id: `${key}k${n}`, number: String(n + 1), x: n * 50, y: 0 }))
  const row = (key, label) => ({ id: key, label, kind: "row", whole: false, seats: seats(key, 5) })
  const section = (n) => ({ id: `s${n}`, name: `Section ${n}`, kind: "seated", category: "c0", outline: [], floor: 0, rake: 0, note: "", rows: Array.from({ length: 4 }, (_one, r) => row(`s${n}r${r}`, String(r + 1))) })
  const base = {
    format: 1, width: 3000, height: 2400, focal: [1500, 200], sections: [0, 1, 2, 3].map(section),
    categories: [0, 1, 2, 3].map((n) => ({ id: `c${n}`, name: `Category ${n}`, colour: "#b4232f" })),
    shapes: [0, 1, 2, 3].map((n) => ({ id: `h${n}`, kind: "rectangle", x: 0, y: 0, width: 9, height: 9, rotation: 0, points: [], text: "", size: 40 })),
  }
  // Edits that do not touch one another's things, whatever their order.
  const edits = []
  for (const n of [0, 1, 2, 3]) {
    edits.push((d) => { d.categories.find((one) => one.id === `c${n}`).name = `Renamed ${n}` })
    edits.push((d) => { d.shapes.find((one) => one.id === `h${n}`).x = 700 + n })
    edits.push((d) => { d.sections.find((one) => one.id === `s${n}`).note = `Note ${n}` })
    const its = (d, r) => d.sections.flatMap((one) => one.rows).find((one) => one.id === `s${n}r${r}`)
    edits.push((d) => { its(d, 0).label = `Label ${n}` })
    edits.push((d) => { for (const seat of its(d, 1).seats) seat.x += 500 })
    edits.push((d) => { for (const seat of its(d, 1).seats) seat.category = `c${n}` })
    edits.push((d) => { its(d, 2).seats = its(d, 2).seats.filter((seat) => !seat.id.endsWith("k1")) })
    edits.push((d) => { its(d, 2).seats.push({ id: `new${n}`, number: `N${n}`, x: 1, y: 1 }) })
    edits.push((d) => { const one = d.sections.find((s) => s.id === `s${n}`); one.rows = one.rows.filter((r) => r.id !== `s${n}r3`) })
    edits.push((d) => { d.sections.find((one) => one.id === `s${n}`).rows.push(row(`s${n}new`, `New ${n}`)) })
  }
  edits.push((d) => { d.focal = [1, 2] }, (d) => { d.width = 9000 })
  const wrong = []
  for (let turn = 0; turn < 200; turn += 1) {
    const [mine, theirs, all] = [copy(base), copy(base), copy(base)]
    for (const edit of edits) {
      const side = any(3)
      if (side) edit(side === 1 ? mine : theirs)
      if (side) edit(all)
    }
    for (const preferred of ["mine", "theirs"]) {
      const found = merged(base, adopted(mine, base), adopted(theirs, base), preferred)
      const order = (one) => ({ ...one, sections: one.sections.map((s) => ({ ...s, rows: s.rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)) })) })
      if (found.clashes.length || !isSame(order(found.drawing), order(all))) wrong.push([turn, preferred, found.clashes.length])
    }
  }
  return wrong
}
