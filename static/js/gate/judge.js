// The judge: the rules of the door, the same as the server's, in the same order.
//
// Pure: what is known goes in, the answer comes out. Nothing here asks, writes or shows.

import { ROTATING, STATIC, STEP_SECONDS, eventRef } from "./codes.js"

export const OLDEST = 60_000
export const AHEAD = 30_000

// What a supervisor may let pass, after having looked at the person.
export const OVERRIDABLE = new Set([
  "already_checked_in",
  "already_inside",
  "needs_rotating",
  "stale",
  "clock_ahead",
  "phone_replaced",
  "wrong_tier",
  "gate_not_open",
  "gate_closed",
  "wrong_way",
])

// The answer to a code, or to a ticket picked by hand (then there is no text).
//   text      what was read, or null;   claims   what it says, or null for no code of ours
//   signed    whether the signatures hold
//   ticket    the manifest's row, or null
//   standing  {entries, inside, first}: how the ticket stands with the gate's area
//   phone     the digest of the phone key in the code
//   event, gate, direction, at (ms), override
export function judge(asked) {
  const { text, claims, ticket, event } = asked
  if (text !== null) {
    if (!claims || !asked.signed) return invalid("not_a_code")
    if (claims.event !== eventRef(event.id)) return invalid("other_event")
  }
  if (!ticket) return invalid("unknown_ticket")
  // Nobody is kept from leaving; what does not add up is said.
  if (asked.direction === "out") return valid(asked.standing.inside ? "left" : "left_without_entry")
  if (claims && claims.issue !== ticket.issue) return invalid("reissued")
  if (ticket.status !== 0) return invalid("cancelled")
  if (event.status === "cancelled") return invalid("event_cancelled")
  const doubt = (claims && aboutTheCode(asked)) || aboutTheGate(asked) || aboutEntries(asked)
  if (!doubt) return { ...valid("admitted"), checkIdentity: identityOf(asked) }
  if (asked.override && OVERRIDABLE.has(doubt.reason)) {
    return { ...valid("override"), overrides: doubt.reason }
  }
  return doubt
}

function aboutTheCode({ claims, ticket, phone, at }) {
  if (claims.version === STATIC) {
    return ticket.tier?.code_kind === "rotating" ? invalid("needs_rotating") : null
  }
  if (claims.version === ROTATING) {
    if (ticket.phone && ticket.phone !== phone) return invalid("phone_replaced")
    const begins = claims.step * STEP_SECONDS * 1000
    if (at - begins > OLDEST) return { ...invalid("stale"), age: at - begins }
    if (begins > at + AHEAD) return { ...invalid("clock_ahead"), ahead: begins - at }
    return null
  }
  return null
}

// Whether the person has to be looked at: no code at all, or the printed one of a moving one.
function identityOf({ text, claims, ticket }) {
  if (text === null) return "hand"
  return claims.version === STATIC && ticket.tier?.code_kind === "rotating_or_printed" ? "printed" : null
}

function aboutTheGate({ ticket, gate, at }) {
  if (!gate) return null
  if (gate.direction === "out") return invalid("wrong_way")
  if (gate.opens_at && at < Date.parse(gate.opens_at)) return invalid("gate_not_open")
  if (gate.closes_at && at >= Date.parse(gate.closes_at)) return invalid("gate_closed")
  if (gate.tiers?.length && !gate.tiers.includes(ticket.tier?.id)) return invalid("wrong_tier")
  return null
}

// USED, if the ticket may not come in here again.
export function aboutEntries({ standing, gate }) {
  const allowed = gate ? gate.entries : 1
  const used = (reason) => ({ result: "USED", reason, first: standing.first })
  if (allowed !== null && standing.entries >= allowed) return used("already_checked_in")
  return gate?.exits && standing.inside ? used("already_inside") : null
}

function valid(reason) {
  return { result: "VALID", reason }
}

function invalid(reason) {
  return { result: "INVALID", reason }
}
