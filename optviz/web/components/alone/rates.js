// Which learning rates are compared, worded as optviz/figures/rate_words.py and optviz/engine/good_rates.py do it.

const WITHIN = 1e-3 // of a known minimum counts as having arrived, as in optviz/engine/outcomes.py

/** What was tried and what came of it. @param {RatesSearched} search @param {number[][]} minima
 * @param {{ noisy: boolean, unbounded: boolean }} said */
function searchSentence(search, minima, { noisy, unbounded }) {
  const { rates, steps, ends, points, best, alike, first, tooLarge, same } = search
  if (!rates.length) return "This rule allows no learning rate above zero, so none was tried."
  const span = `${fourDigits(rates[0] ?? NaN)} to ${fourDigits(rates.at(-1) ?? NaN)}`
  const counted = `${steps.toLocaleString("en")} step${steps > 1 ? "s" : ""}`
  const tried = `${rates.length} rates from ${span} were tried for ${counted}${noisy ? " with this noise" : ""}`
  if (same) return `${tried}: the rate makes no difference here.`
  if (best === null) return `${tried}: none ends lower than it began.`
  const found = alike > 1
    ? `${alike} fall equally far to ten digits; ${fourDigits(best)} is there first, at step ${first}.`
    : `${fourDigits(best)} ends lowest, at f = ${fourDigits(Math.min(...ends))}.`
  const parts = [`${tried}: ${found}`]
  if (tooLarge.length) {
    const who = `${fourDigits(tooLarge[0] ?? NaN)} ${tooLarge.length > 1 ? "and above end" : "ends"}`
    parts.push(`${who} higher than at the start.`)
  }
  const near = (/** @type {number[]} */ end) => minima.some(one => Math.hypot(...one.map((v, i) => v - (end[i] ?? NaN))) <= WITHIN)
  if (unbounded) parts.push("f has no lower bound, so this tells only how far it falls.")
  else if (minima.length && !points.some(end => end && near(end))) parts.push("None arrives at a known minimum.")
  return parts.join(" ")
}

/** Such as “each at its own best rate of 61 tried”. @param {Texts} values @param {(RatesSearched | null)[]} searches one for each
 * optimizer, where they are compared at their best */
function rateTerms(values, searches) {
  const several = searches.length > 1
  if (values.rates === "same") return `${several ? "same rate" : "rate"} ${fourDigits(Number(values.rate))}`
  if (values.rates !== "best") return several ? "own rates" : ""
  const tried = [...new Set(searches.map(search => search?.rates.length ?? 0))].sort((a, b) => a - b)
  const said = `${several ? "each at its own" : "at its"} best rate of ${tried.join(" or ")} tried`
  const without = searches.filter(search => search?.best === null).length
  if (!without) return said
  return `${said} (${without} of ${searches.length} ${without === 1 ? "keeps its own rate" : "keep their own rates"}: none is better)`
}
