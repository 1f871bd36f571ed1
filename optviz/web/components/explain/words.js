// Why a step is longer or shorter than the one before, in sentences.

const SAME_LENGTH = 0.005 // a ratio nearer to 1 is no difference worth a sentence
const RIGHT_ANGLE = 0.1 // cosines nearer to 0 are called a right angle

/** Sentences for the end of an explanation; the last one multiplies the factors together.
 * @param {Explanation} explanation @returns {string[]} */
function comparisonSentences({ row, step, comparison }) {
  if (!comparison) return [`This is step ${step}, the first: there is none before to compare it with.`]
  const { length, before, ratio, factors } = comparison
  const lengths = `${printedText(length, 4)} after ${printedText(before, 4)}`
  if (length === 0) return ["The point did not move in this step."]
  if (before === 0) return [`The step before did not move the point; this one is ${printedText(length, 4)} long.`]
  const same = Math.abs(ratio - 1) < SAME_LENGTH
  const first = same
    ? `This step is about as long as the one before (${lengths}).`
    : `This step is ${ratio > 1 ? "longer" : "shorter"} than the one before: ${timesText(ratio)} as long (${lengths}).`
  const telling = factors
    .filter(factor => Math.abs(factor.ratio - 1) >= SAME_LENGTH)
    .sort((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio)))
  const reasons = telling.map(factor => factorSentence(factor, row, comparison))
  const product = telling.map(factor => printedText(factor.ratio, 3)).join(" · ")
  const together = telling.length > 1 ? [`Together: ${product} ≈ ${printedText(ratio, 3)}.`] : []
  return [first, ...reasons, ...together]
}

/** @param {number} ratio */
function timesText(ratio) {
  return `${printedText(ratio, 3)} times`
}

/** What the optimizer remembers of earlier gradients, in words. @param {StepRow} row */
function memoryTitle(row) {
  return row.titles[row.momentum] || row.momentum.replaceAll("_", " ")
}

/** @param {LengthFactor} factor @param {StepRow} row @param {Comparison} comparison */
function factorSentence({ kind, ratio }, row, comparison) {
  const by = timesText(ratio)
  const memory = memoryTitle(row)
  const decay = row.pulled ? " and weight decay, where there is some," : ""
  switch (kind) {
    case "schedule": return `The schedule makes the learning rate ${by} as large.`
    case "gradient": return `The gradient${row.looks ? " that the step uses" : ""} is ${by} as long.`
    case "momentum": return `The ${memory} is ${by} as long. ${alongSentence(ratio, memory, comparison)}`.trim()
    case "scale": return `The rates of the coordinates${decay} make it ${by} as long for each unit of ${row.steered ? memory : "gradient"}.`
    case "rest": return `All else that the rule does makes it ${by} as long.`
    case "sign": return `Only signs count, not the size of the gradient: signs and step lengths of the coordinates${decay} make it ${by} as long.`
  }
  if (row.steered) return `What is added to the ${memory}${decay} makes it ${by} as long.`
  return `The optimizer's own rate${decay} makes it ${by} as long.`
}

/** How the new gradient stands to what the optimizer remembered, and what came of it.
 * @param {number} ratio of the lengths of what is remembered @param {string} memory @param {Comparison} comparison */
function alongSentence(ratio, memory, { along, gradientRatio }) {
  if (along === null || Number.isNaN(along)) return ""
  const gradient = `The new gradient is ${timesText(gradientRatio)} as long as the one before`
  if (Math.abs(along) < RIGHT_ANGLE) return `${gradient} and stands nearly at right angles to the ${memory} of the step before.`
  if (along > 0) return `${gradient} and points along the ${memory} of the step before${ratio > 1 ? ": they add up" : ", but does not keep up its length"}.`
  return `${gradient} and points against the ${memory} of the step before${ratio > 1 ? ", and outweighs it" : ": they cancel in part"}.`
}
