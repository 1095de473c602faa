// Edits of two that touch the same, and what becomes of them when the one or the other stands.
async () => {
  const { merged } = await import("/static/js/editor/merging.js")
  const { isSame } = await import("/static/js/editor/drawing.js")
  const seat = (id, facts = {}) => ({ id, number: id, x: 0, y: 0, ...facts })
  const row = (id, facts = {}) => ({ id, label: id, kind: "row", whole: false, seats: [seat(`${id}1`), seat(`${id}2`)], ...facts })
  const section = (id, facts = {}) => ({ id, name: id, kind: "seated", category: "c", outline: [], floor: 0, rake: 0, note: "", rows: [row(`${id}a`), row(`${id}b`)], ...facts })
  const base = { format: 1, width: 9, height: 9, focal: [0, 0], categories: [{ id: "c", name: "C", colour: "#000000" }, { id: "d", name: "D", colour: "#111111" }], sections: [section("s"), section("t")], shapes: [] }
  const withRow = (facts, at = 0) => ({ ...base, sections: [{ ...base.sections[0], rows: base.sections[0].rows.map((one, n) => (n === at ? { ...one, ...facts } : one)) }, base.sections[1]] })
  const gone = { ...base, sections: [base.sections[1]] }
  const elsewhere = { ...base, sections: [{ ...base.sections[0], rows: [base.sections[0].rows[1]] }, { ...base.sections[1], rows: [...base.sections[1].rows, base.sections[0].rows[0]] }] }
  const unused = { ...base, categories: [base.categories[0]] }
  const painted = withRow({ seats: [seat("sa1", { category: "d" }), seat("sa2")] })
  const told = {}
  const tell = (name, mine, theirs) => {
    for (const side of ["mine", "theirs"]) {
      const { drawing, clashes } = merged(base, mine, theirs, side)
      told[`${name}, ${side}`] = [clashes.length, isSame(drawing, mine) ? "mine" : isSame(drawing, theirs) ? "theirs" : drawing]
    }
  }
  tell("a row labelled twice", withRow({ label: "X" }), withRow({ label: "Y" }))
  tell("a seat moved twice", withRow({ seats: [seat("sa1", { x: 5 }), seat("sa2")] }), withRow({ seats: [seat("sa1", { x: 7 }), seat("sa2")] }))
  tell("a section gone and drawn in", gone, withRow({ label: "Y" }))
  tell("a section drawn in and gone", withRow({ label: "Y" }), gone)
  tell("the same twice", withRow({ label: "Y" }), withRow({ label: "Y" }))
  const moved = merged(base, elsewhere, withRow({ label: "Y" })).drawing.sections
  told.moved = moved.map((one) => one.rows.map((each) => each.label))
  told.unused = merged(base, unused, painted).drawing.categories.map((one) => one.id)
  return told
}
