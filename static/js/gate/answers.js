// Answers: what was judged, in the words and the colour the person at the door gets.

import { here, zone } from "./state.js"
import { clock, day, has, isSameDay, number, span, word } from "./words.js"

// In doubt rather than wrong: look at the person, ask, perhaps let in.
const DOUBTS = new Set([
  "stale",
  "clock_ahead",
  "needs_rotating",
  "phone_replaced",
  "wrong_way",
  "gate_not_open",
  "gate_closed",
])

// How full it is behind the gate we stand at, as the server counts it; null where nobody counts.
export function crowd() {
  const area = here.manifest?.areas?.find((each) => each.id === here.gate?.area)
  if (!area) return null
  const count = here.manifest.head(area.id)
  const { capacity, alarm_percent: percent } = area
  const isFull = capacity !== null && count >= capacity
  const alarm = isFull ? "full" : capacity !== null && 100 * count >= capacity * percent ? "near" : ""
  const names = { full: "area_full", near: "area_nearly", "": capacity === null ? "in_area.open" : "in_area" }
  const facts = { area: area.name, count: number(count), capacity: number(capacity ?? 0) }
  return { alarm, text: word(names[alarm], facts) }
}

export function kindOf({ result, reason }) {
  if (result === "VALID") return "right"
  return result === "USED" || DOUBTS.has(reason) ? "doubt" : "wrong"
}

export function headline({ result, reason }, direction) {
  if (result === "VALID" && direction === "out") return word("VALID.out")
  if (result === "INVALID" && DOUBTS.has(reason)) return word("DOUBT")
  return word(result)
}

export function why({ verdict, ticket }) {
  const { result, reason } = verdict
  if (reason === "override") return word("overridden", { reason: reasonOf(verdict.overrides, {}) })
  // Who came in when, just below, says it better.
  if (result === "VALID" || verdict.first) return ""
  if (reason === "wrong_tier" && ticket?.tier) return word("reason.wrong_tier.named", { tier: ticket.tier.name })
  if (reason === "gate_not_open" && here.gate?.opens_at) {
    return word("reason.gate_opens", { time: clock(Date.parse(here.gate.opens_at), zone()) })
  }
  return reasonOf(reason, verdict)
}

export function reasonOf(reason, { ahead }) {
  const name = `reason.${reason}`
  return has(name) ? word(name, { ahead: ahead ? span(ahead) : "" }) : reason.replaceAll("_", " ")
}

// "Already in: 19:42, gate B, by Ana".
export function firstEntry({ verdict, scan }) {
  const { first } = verdict
  if (!first?.at) return ""
  const at = Date.parse(first.at)
  const time = isSameDay(at, scan.at, zone()) ? clock(at, zone()) : `${day(at, zone())}, ${clock(at, zone())}`
  return first.gate
    ? word("first", { time, gate: first.gate, by: first.by })
    : word("first.no_gate", { time, by: first.by })
}

export function tierAndSeat(ticket) {
  if (!ticket) return ""
  const parts = [ticket.tier?.name]
  if (ticket.seat) parts.push(ticket.seat)
  return parts.filter(Boolean).join(" · ")
}

// What the person at the door has to do or to know, the important first.
export function notes({ verdict, ticket }) {
  if (!ticket || verdict.result === "INVALID") return []
  return [
    ticket.attention ? word("attention") : "",
    verdict.checkIdentity ? word(`identity.${verdict.checkIdentity}`) : "",
    verdict.reason === "left_without_entry" ? word("left_without_entry") : "",
    ticket.tier?.proof ? word("proof", { proof: ticket.tier.proof }) : "",
    ticket.note ?? "",
  ].filter(Boolean)
}
