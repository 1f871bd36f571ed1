// Numbers as people type them, as a slider stops at them, and as a sentence says them. Nothing here draws.

/**
 * @typedef {object} Kind  what a number may be
 * @property {string} label
 * @property {number} low
 * @property {number} high
 * @property {boolean} log
 * @property {boolean} integer
 */

const COARSEST = 1000 // stops of a slider that is not logarithmic, about
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** @param {Field} field @returns {Kind} */
function kindOf(field) {
  const low = Number(field.low ?? -1e6)
  const high = Number(field.high ?? 1e6)
  return {
    label: field.label || field.name,
    low,
    high,
    log: Boolean(field.log) && low > 0,
    integer: Boolean(field.integer),
  }
}

/** Read 0.05, 0,05, 1e-3, −2 and ０．０５. @param {string} typed @returns {number} NaN if it is no number */
function readNumber(typed) {
  const plain = typed.replace(/[！-～]/g, sign => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replace("。", ".")
  let text = plain.trim().replace(/[−–]/g, "-")
  if (!text.includes(".") && text.split(",").length === 2) text = text.replace(",", ".")
  return NUMBER.test(text) ? Number(text) : NaN
}

/** All digits of a number, as a link has them. @param {number} value */
function writeNumber(value) {
  return String(value === 0 ? 0 : value).replace("e+", "e")
}

/** A link's number as people read it; other text as it stands. @param {string} text */
function shownNumber(text) {
  const value = readNumber(text)
  return Number.isFinite(value) ? writeNumber(value) : text
}

/** @param {string} a @param {string} b @returns {boolean} whether both are the same number */
function sameNumber(a, b) {
  return a === b || readNumber(a) === readNumber(b)
}

/** Why a number cannot be used, or "". @param {Kind} kind @param {string} typed */
function objection(kind, typed) {
  const value = readNumber(typed)
  const whole = !kind.integer || Number.isInteger(value)
  if (whole && value >= kind.low && value <= kind.high) return ""
  const said = { name: kind.label, low: writeNumber(kind.low), high: writeNumber(kind.high) }
  return kind.integer
    ? tr("{name} must be a whole number between {low} and {high}.", said)
    : tr("{name} must be a number between {low} and {high}.", said)
}

/** Without the noise of floating point: 0.30000000000000004 is 0.3. @param {number} value */
function clean(value) {
  return Number(value.toPrecision(12))
}

/** @param {Kind} kind @param {number} value */
function within(kind, value) {
  return Math.min(kind.high, Math.max(kind.low, value))
}

/** One in the second digit of a value. @param {number} value */
function secondDigit(value) {
  return 10 ** (Math.floor(Math.log10(Math.abs(value)) + 1e-12) - 1)
}

/** The distance between two stops of a slider. @param {Kind} kind @param {number} value */
function unitAt(kind, value) {
  const unit = kind.log
    ? secondDigit(value)
    : 10 ** Math.round(Math.log10((kind.high - kind.low || 1) / COARSEST))
  return kind.integer ? Math.max(1, Math.round(unit)) : unit
}

/** @param {number} value @param {number} unit @param {number} way 1 or -1 */
function neighbour(value, unit, way) {
  const place = value / unit
  const near = Math.round(place)
  const from = Math.abs(place - near) < 1e-6 ? near : way > 0 ? Math.floor(place) : Math.ceil(place)
  return clean((from + way) * unit)
}

/**
 * The value some stops on.
 * @param {Kind} kind
 * @param {number} value
 * @param {number} stops
 * @param {boolean} fine a tenth of a stop each
 */
function stepped(kind, value, stops, fine = false) {
  const way = Math.sign(stops)
  let reached = value
  for (let i = 0; i < Math.abs(stops); i++) {
    // Below a power of ten the stops of a logarithmic slider are ten times closer.
    let unit = unitAt(kind, kind.log && way < 0 ? reached * (1 - 1e-9) : reached)
    if (fine) unit = kind.integer ? Math.max(1, unit / 10) : unit / 10
    reached = within(kind, neighbour(reached, unit, way))
  }
  return reached
}

/**
 * A page further: a decade on logarithmic sliders, else a tenth of the range.
 * @param {Kind} kind
 * @param {number} value
 * @param {number} way
 */
function paged(kind, value, way) {
  if (kind.log)
    return within(kind, kind.integer ? Math.max(1, Math.round(value * 10 ** way)) : clean(value * 10 ** way))
  const leap = (way * (kind.high - kind.low)) / 10
  return within(kind, rounded(kind, value + leap))
}

/**
 * A tenth of the leading digit on: 0.4 to 0.41.
 * @param {Kind} kind
 * @param {number} value
 * @param {number} steps
 */
function nudged(kind, value, steps) {
  const unit = value === 0 ? Math.min(0.1, unitAt({ ...kind, log: false }, 0)) : secondDigit(value)
  const whole = kind.integer ? Math.max(1, Math.round(unit)) : unit
  return within(kind, clean(value + steps * whole))
}

/** The nearest stop. @param {Kind} kind @param {number} value */
function rounded(kind, value) {
  const unit = unitAt(kind, value)
  return within(kind, clean(Math.round(value / unit) * unit))
}

/** Where a value stands on its slider, 0 to 1. @param {Kind} kind @param {number} value */
function placeOf(kind, value) {
  const place = kind.log
    ? Math.log(value / kind.low) / Math.log(kind.high / kind.low)
    : (value - kind.low) / (kind.high - kind.low)
  return Number.isFinite(place) ? Math.min(1, Math.max(0, place)) : 0
}

/** The stop at a place of a slider. @param {Kind} kind @param {number} place 0 to 1 */
function valueAt(kind, place) {
  if (place <= 0) return kind.low
  if (place >= 1) return kind.high
  return rounded(
    kind,
    kind.log ? kind.low * (kind.high / kind.low) ** place : kind.low + place * (kind.high - kind.low),
  )
}
