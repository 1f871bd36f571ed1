// Edits that the server answers without a run of the page's script: one request in flight, which says all that
// is not answered yet. Where that fails, the script is told, as on pages that have no such answers.

/**
 * @typedef {object} Answer  what web/answer_route.py gives back
 * @property {Texts} values
 * @property {Texts} address
 * @property {Texts} refused
 * @property {Changes} typed  texts that were refused and still stand in their fields
 * @property {string[]} notices  what a link said and could not be used
 * @property {Texts} notes  sentences by place that are no refusals
 * @property {string} rest  what else on the page depends on the values
 * @property {Record<string, any>} parts  data by component
 */
/** @typedef {{ link: Texts, changes: Changes, typed: Changes, whole: boolean, theme: string, find?: string }} Question */
/** A good value as text, null where none is good, and how it was found. @typedef {{ rate: string | null, sentence: string }} Found */

const ANSWER_TIME = 20_000 // ms
const CROWDED = 250 // ms to wait, and up to as much again, when the server has too much to do
const TRIES = 20

/** @param {Parameters<typeof answerFrom>[0]} url @param {Question} question with `find` @returns {Promise<Found>} */
function findFrom(url, question) {
  return /** @type {Promise<any>} */ (answerFrom(url, question))
}

/** @param {string | ((question: Question) => Promise<Answer>)} url or who answers in its place, on a page without a server
 * @param {Question} question @returns {Promise<Answer>} rejects where there is no answer */
async function answerFrom(url, question) {
  if (typeof url === "function") return url(question)
  for (let i = 0; i < TRIES; i++) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...spokenHeaders() },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(ANSWER_TIME),
    })
    if (answer.ok) return answer.json()
    if (answer.status !== 429) throw new Error(`the server answered ${answer.status}`)
    await new Promise(resolve => setTimeout(resolve, CROWDED * (1 + Math.random())))
  }
  throw new Error("the server has too much to do")
}
