// Sounds and vibration: three answers that nobody mixes up with eyes closed. Made here, no files.

const TUNES = {
  right: [[660, 0, 0.09], [990, 0.09, 0.16]],
  doubt: [[440, 0, 0.14], [440, 0.2, 0.14]],
  wrong: [[150, 0, 0.5]],
  note: [[880, 0, 0.05]],
  // After the answer's own.
  alarm: [[740, 0.34, 0.12], [520, 0.48, 0.12], [740, 0.62, 0.12], [520, 0.76, 0.12]],
}
const WAVES = { right: "sine", doubt: "triangle", wrong: "sawtooth", note: "sine", alarm: "square" }
const PATTERNS = { right: [60], doubt: [80, 80, 80], wrong: [350], note: [20], alarm: [60, 60, 200, 60, 200] }

let context
let loudness = 1

export function setLoudness(value) {
  loudness = value
}

// Browsers keep silent until somebody has pressed something.
export function wake() {
  context ??= window.AudioContext ? new AudioContext() : null
  context?.resume?.()
}

export function play(kind) {
  navigator.vibrate?.(PATTERNS[kind])
  if (!loudness || !context || context.state !== "running") return
  for (const [frequency, from, lasting] of TUNES[kind]) tone(kind, frequency, from, lasting)
}

function tone(kind, frequency, from, lasting) {
  const begins = context.currentTime + from
  const oscillator = context.createOscillator()
  const gain = context.createGain()
  oscillator.type = WAVES[kind]
  oscillator.frequency.value = frequency
  gain.gain.setValueAtTime(0, begins)
  gain.gain.linearRampToValueAtTime(loudness * 0.6, begins + 0.008)
  gain.gain.setValueAtTime(loudness * 0.6, begins + lasting - 0.02)
  gain.gain.linearRampToValueAtTime(0, begins + lasting)
  oscillator.connect(gain).connect(context.destination)
  oscillator.start(begins)
  oscillator.stop(begins + lasting)
}
