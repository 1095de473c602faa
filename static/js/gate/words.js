// Words: every text the scripts show stands in the page, in the page's language.

const language = document.documentElement.lang.replace("en-XA", "en") || "en"
const timesLanguage = document.documentElement.dataset.times
const plurals = new Intl.PluralRules(language)
const texts = new Map()

for (const entry of document.getElementById("words").content.querySelectorAll("[data-word]")) {
  texts.set(entry.dataset.word, entry.textContent)
}

export function word(name, facts = {}) {
  const text = texts.get(name)
  if (text === undefined) throw new Error(`no word called ${name}`)
  return text.replace(/%\((\w+)\)s/g, (whole, fact) => facts[fact] ?? "")
}

export function has(name) {
  return texts.has(name)
}

export function counted(name, count, facts = {}) {
  const form = `${name}.${plurals.select(count)}`
  return word(texts.has(form) ? form : `${name}.other`, { count: number(count), ...facts })
}

export function number(value, options) {
  return new Intl.NumberFormat(language, options).format(value)
}

// "19:42", in the time of the place and not of the phone.
export function clock(at, zone, seconds = false) {
  const parts = { hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }) }
  return new Intl.DateTimeFormat(language, { ...parts, hourCycle: "h23", timeZone: zone }).format(at)
}

export function day(at, zone) {
  const parts = { weekday: "short", day: "numeric", month: "short" }
  return new Intl.DateTimeFormat(timesLanguage, { ...parts, timeZone: zone }).format(at)
}

export function isSameDay(one, other, zone) {
  return day(one, zone) === day(other, zone)
}

// "2 minutes": the largest unit, as people say it.
export function span(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 60) return unit(seconds, "second")
  if (seconds < 5400) return unit(Math.round(seconds / 60), "minute")
  if (seconds < 129_600) return unit(Math.round(seconds / 3600), "hour")
  return unit(Math.round(seconds / 86_400), "day")
}

function unit(value, name) {
  return number(value, { style: "unit", unit: name, unitDisplay: "long" })
}
