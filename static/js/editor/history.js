// Every drawing there was, in order: one step back is the drawing of before, itself.
export class History {
  constructor(drawing) {
    this.steps = [{ drawing, words: "" }]
    this.at = 0
  }

  get drawing() {
    return this.steps[this.at].drawing
  }

  get canUndo() {
    return this.at > 0
  }

  get canRedo() {
    return this.at < this.steps.length - 1
  }

  add(drawing, words) {
    this.steps.length = this.at + 1
    this.steps.push({ drawing, words })
    this.at += 1
  }

  undo() {
    if (!this.canUndo) return null
    this.at -= 1
    return this.steps[this.at + 1].words
  }

  redo() {
    if (!this.canRedo) return null
    this.at += 1
    return this.steps[this.at].words
  }
}
