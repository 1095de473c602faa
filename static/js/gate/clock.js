// The clock: what time it is, whatever this device believes.
//
// The server's answers say how far we are off; between them a clock that nobody can set
// (performance.now) carries the time on, so that somebody who sets the device's clock during the
// evening moves nothing.

const GOOD_FOR = 10 * 60_000

let skew = 0
let within = Infinity
let measuredAt = null
let anchor = { wall: Date.now(), steady: performance.now() }

// Milliseconds since 1970, as the server counts them.
export function now() {
  return anchor.wall + (performance.now() - anchor.steady) + skew
}

// `sent` and `received` are performance.now() around the call that brought the server's time.
export function measure(serverTime, sent, received) {
  const server = Date.parse(serverTime)
  if (Number.isNaN(server)) return
  const doubt = (received - sent) / 2
  const stale = measuredAt === null || received - measuredAt > GOOD_FOR
  if (!stale && doubt > within * 1.5) return
  const middle = (sent + received) / 2
  anchor = { wall: Date.now(), steady: performance.now() }
  skew = server - (anchor.wall + middle - anchor.steady)
  within = doubt
  measuredAt = received
}

export function remember(milliseconds) {
  if (measuredAt === null && Number.isFinite(milliseconds)) skew = milliseconds
}

export function state() {
  return { skew: Math.round(skew), within, measured: measuredAt !== null }
}

// After a long sleep some browsers stop the steady clock: then the device's own is the better one.
export function wake() {
  const slept = Date.now() - anchor.wall - (performance.now() - anchor.steady)
  if (slept > 1000) anchor = { wall: Date.now(), steady: performance.now() }
}
