// Why a step is longer or shorter than the one before, in sentences.

const SAME_LENGTH = 0.005 // a ratio nearer to 1 is no difference worth a sentence
const RIGHT_ANGLE = 0.1 // cosines nearer to 0 are called a right angle

/** Sentences for the end of an explanation; the last one multiplies the factors together.
 * @param {Explanation} explanation @returns {string[]} */
function comparisonSentences({ row, step, comparison }) {
  if (!comparison) return [tr("This is step {step}, the first: there is none before to compare it with.", { step })]
  const { ratio, factors } = comparison
  const [length, before] = [comparison.length, comparison.before].map(value => printedText(value, 4))
  if (comparison.length === 0) return [tr("The point did not move in this step.")]
  if (comparison.before === 0) return [tr("The step before did not move the point; this one is {length} long.", { length: length ?? "" })]
  const same = Math.abs(ratio - 1) < SAME_LENGTH
  const said = { length: length ?? "", before: before ?? "", by: printedText(ratio, 3) }
  const first = same
    ? tr("This step is about as long as the one before ({length} after {before}).", said)
    : ratio > 1
      ? tr("This step is longer than the one before: {by} times as long ({length} after {before}).", said)
      : tr("This step is shorter than the one before: {by} times as long ({length} after {before}).", said)
  const telling = factors
    .filter(factor => Math.abs(factor.ratio - 1) >= SAME_LENGTH)
    .sort((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio)))
  const reasons = telling.map(factor => factorSentence(factor, row, comparison))
  const product = telling.map(factor => printedText(factor.ratio, 3)).join(" · ")
  const all = telling.length > 1 ? [tr("Together: {product} ≈ {ratio}.", { product, ratio: said.by })] : []
  return [first, ...reasons, ...all]
}

/** What a variable is called, or a line about it. @param {string} title as `engine.step_explanations` has it, in English
 * @returns {string} */
function titled(title) {
  if (speech().language === "en") return title
  for (const form of [title, title.slice(0, 1).toLowerCase() + title.slice(1)]) {
    const said = tr(form)
    if (said !== form) return said
  }
  const corrected = /^corrected (.+)$/i.exec(title)?.[1] // of a rule that somebody wrote
  return corrected ? tr("corrected {title}", { title: titled(corrected) }) : title
}

/** What the optimizer remembers of earlier gradients, in words. @param {StepRow} row */
function memoryTitle(row) {
  return titled(row.titles[row.momentum] || row.momentum.replaceAll("_", " "))
}

/** @param {LengthFactor} factor @param {StepRow} row @param {Comparison} comparison @returns {string} */
function factorSentence({ kind, ratio }, row, comparison) {
  const memory = memoryTitle(row)
  const said = { by: printedText(ratio, 3), memory }
  switch (kind) {
    case "schedule": return tr("The schedule makes the learning rate {by} times as large.", said)
    case "gradient": return row.looks
      ? tr("The gradient that the step uses is {by} times as long.", said)
      : tr("The gradient is {by} times as long.", said)
    case "momentum": return together(tr("The {memory} is {by} times as long.", said), alongSentence(ratio, memory, comparison))
    case "scale": {
      const unit = { ...said, unit: row.steered ? memory : tr("gradient") }
      return row.pulled
        ? tr("The rates of the coordinates and weight decay, where there is some, make it {by} times as long for each unit of {unit}.", unit)
        : tr("The rates of the coordinates make it {by} times as long for each unit of {unit}.", unit)
    }
    case "rest": return tr("All else that the rule does makes it {by} times as long.", said)
    case "sign": return row.pulled
      ? tr("Only signs count, not the size of the gradient: signs and step lengths of the coordinates and weight decay, where there is some, make it {by} times as long.", said)
      : tr("Only signs count, not the size of the gradient: signs and step lengths of the coordinates make it {by} times as long.", said)
  }
  if (row.steered) {
    return row.pulled
      ? tr("What is added to the {memory} and weight decay, where there is some, makes it {by} times as long.", said)
      : tr("What is added to the {memory} makes it {by} times as long.", said)
  }
  return row.pulled
    ? tr("The optimizer's own rate and weight decay, where there is some, makes it {by} times as long.", said)
    : tr("The optimizer's own rate makes it {by} times as long.", said)
}

/** How the new gradient stands to what the optimizer remembered, and what came of it.
 * @param {number} ratio of the lengths of what is remembered @param {string} memory @param {Comparison} comparison @returns {string} */
function alongSentence(ratio, memory, { along, gradientRatio }) {
  if (along === null || Number.isNaN(along)) return ""
  const said = { by: printedText(gradientRatio, 3), memory }
  if (Math.abs(along) < RIGHT_ANGLE) {
    return tr("The new gradient is {by} times as long as the one before and stands nearly at right angles to the {memory} of the step before.", said)
  }
  if (along > 0) {
    return ratio > 1
      ? tr("The new gradient is {by} times as long as the one before and points along the {memory} of the step before: they add up.", said)
      : tr("The new gradient is {by} times as long as the one before and points along the {memory} of the step before, but does not keep up its length.", said)
  }
  return ratio > 1
    ? tr("The new gradient is {by} times as long as the one before and points against the {memory} of the step before, and outweighs it.", said)
    : tr("The new gradient is {by} times as long as the one before and points against the {memory} of the step before: they cancel in part.", said)
}
