// Which learning rates are compared, worded as optviz/figures/rate_words.py and optviz/engine/good_rates.py do it.

const WITHIN = 1e-3 // of a known minimum counts as having arrived, as in optviz/engine/outcomes.py

/** What was tried and what came of it. @param {RatesSearched} search @param {number[][]} minima
 * @param {{ noisy: boolean, unbounded: boolean }} said */
function searchSentence(search, minima, { noisy, unbounded }) {
  const { rates, steps, ends, points, best, alike, first, tooLarge, same } = search
  if (!rates.length) return tr("This rule allows no learning rate above zero, so none was tried.")
  const counted = trn("{count} step", "{count} steps", steps, { count: steps.toLocaleString("en") })
  const said = { count: rates.length, low: fourDigits(rates[0] ?? NaN), high: fourDigits(rates.at(-1) ?? NaN), steps: counted }
  /** @param {string} found */
  const tried = found => (noisy
    ? tr("{count} rates from {low} to {high} were tried for {steps} with this noise: {found}", { ...said, found })
    : tr("{count} rates from {low} to {high} were tried for {steps}: {found}", { ...said, found }))
  if (same) return tried(tr("the rate makes no difference here."))
  if (best === null) return tried(tr("none ends lower than it began."))
  const rate = fourDigits(best)
  const parts = [tried(alike > 1
    ? tr("{count} fall equally far to ten digits; {rate} is there first, at step {step}.", { count: alike, rate, step: first ?? 0 })
    : tr("{rate} ends lowest, at f = {value}.", { rate, value: fourDigits(Math.min(...ends)) }))]
  if (tooLarge.length) {
    const rate = fourDigits(tooLarge[0] ?? NaN)
    parts.push(tooLarge.length > 1
      ? tr("{rate} and above end higher than at the start.", { rate })
      : tr("{rate} ends higher than at the start.", { rate }))
  }
  const near = (/** @type {number[]} */ end) => minima.some(one => Math.hypot(...one.map((v, i) => v - (end[i] ?? NaN))) <= WITHIN)
  if (unbounded) parts.push(tr("f has no lower bound, so this tells only how far it falls."))
  else if (minima.length && !points.some(end => end && near(end))) parts.push(tr("None arrives at a known minimum."))
  return together(...parts)
}

/** Such as “each at its own best rate of 61 tried”. @param {Texts} values @param {(RatesSearched | null)[]} searches one for each
 * optimizer, where they are compared at their best */
function rateTerms(values, searches) {
  const several = searches.length > 1
  if (values.rates === "same") {
    const rate = fourDigits(Number(values.rate))
    return several ? tr("same rate {rate}", { rate }) : tr("rate {rate}", { rate })
  }
  if (values.rates !== "best") return several ? tr("own rates") : ""
  const counts = [...new Set(searches.map(search => search?.rates.length ?? 0))].sort((a, b) => a - b)
  const tried = counts.join(tr(" or "))
  const terms = several ? tr("each at its own best rate of {tried} tried", { tried }) : tr("at its best rate of {tried} tried", { tried })
  const without = searches.filter(search => search?.best === null).length
  if (!without) return terms
  const kept = { terms, count: without, all: searches.length }
  return without === 1
    ? tr("{terms} ({count} of {all} keeps its own rate: none is better)", kept)
    : tr("{terms} ({count} of {all} keep their own rates: none is better)", kept)
}
