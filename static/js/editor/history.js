// Every drawing there was, in order: one step back is the drawing of before, itself. What somebody
// else saved meanwhile is brought into every step, so that going back takes away none of theirs.
import { merged } from "./merging.js"

export class History {
  constructor(drawing) {
    this.brought = []
    this.steps = [{ drawing, words: "", has: 0 }]
    this.at = 0
  }

  get drawing() {
    return this.steps[this.at].drawing
  }

  // Brought in when a step is gone to: most never are. False where the step can't be had any more
  // with what was saved since.
  reach(at) {
    const step = this.steps[at]
    for (; step.has < this.brought.length; step.has += 1) {
      const { base, theirs, side } = this.brought[step.has]
      const { drawing } = merged(base, step.drawing, theirs, side)
      if (!drawing) return false
      step.drawing = drawing
    }
    return true
  }

  get canUndo() {
    return this.at > 0
  }

  get canRedo() {
    return this.at < this.steps.length - 1
  }

  add(drawing, words) {
    this.steps.length = this.at + 1
    this.steps.push({ drawing, words, has: this.brought.length })
    this.at += 1
  }

  // What somebody else made of `base` meanwhile; `together` is that and the present drawing in one.
  // Of what both changed in an earlier step, the `side` stands.
  bring(base, theirs, together, side = "theirs") {
    this.brought.push({ base, theirs, side })
    Object.assign(this.steps[this.at], { drawing: together, has: this.brought.length })
  }

  undo() {
    if (!this.canUndo) return null
    if (!this.reach(this.at - 1)) {
      this.steps.splice(0, this.at)
      this.at = 0
      return null
    }
    this.at -= 1
    return this.steps[this.at + 1].words
  }

  redo() {
    if (!this.canRedo) return null
    if (!this.reach(this.at + 1)) {
      this.steps.length = this.at + 1
      return null
    }
    this.at += 1
    return this.steps[this.at].words
  }
}
