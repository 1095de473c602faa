// Every drawing there was, in order: one step back is the drawing of before, itself. What somebody
// else saved meanwhile is brought into every step, so that going back takes away none of theirs.
import { merged } from "./merging.js"

export class History {
  constructor(drawing) {
    this.brought = []
    this.steps = [{ drawing, words: "", has: 0 }]
    this.at = 0
  }

  // Brought in when a step is gone to: most never are.
  get drawing() {
    const step = this.steps[this.at]
    while (step.has < this.brought.length) {
      const { base, theirs } = this.brought[step.has++]
      step.drawing = merged(base, step.drawing, theirs, "theirs").drawing ?? theirs
    }
    return step.drawing
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
  bring(base, theirs, together) {
    this.brought.push({ base, theirs })
    Object.assign(this.steps[this.at], { drawing: together, has: this.brought.length })
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
