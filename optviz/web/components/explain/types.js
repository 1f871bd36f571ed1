// What the engine's second script tells of a run and of a step; see optviz/engine/step_runtime.js.

/** A symbol in parts; a base of several letters is a word. Primes count intermediate values of a line.
 * @typedef {{ base: string, accent?: "hat" | "bar" | "tilde", below?: string, above?: string, primes?: number }} MathSymbol */

/** An expression: ["n", 0.5] is a number, ["v", i] the line's i-th name, the others are what is done and with what.
 * @typedef {[string, ...any[]]} MathTree */

/** @typedef {{ symbol: MathSymbol, before: string, after: string, entry: boolean }} StepName */
/** @typedef {{ target: string, names: string[], tree: MathTree, kind: string, heading: string, words: string,
 *   start: boolean, asks?: string, loop?: boolean }} StepLine */
/** @typedef {{ key: string, name: string, point: string, state: { name: string, variable: string, symbol: MathSymbol }[],
 *   names: Record<string, StepName>, lines: StepLine[], titles: Record<string, string>, momentum: string, squares: string,
 *   rated: boolean, steered: boolean, scaled: boolean, signed: boolean, pulled: boolean, looks?: boolean }} StepRow */

/** `times` is how often it ran; the numbers are those of the last time.
 * @typedef {{ ran: boolean, times?: number, value: number, read: number[] }} RecordedLine */
/** Where a step asked for a gradient, and what it got. @typedef {{ variable: string, at: number[], gradient: number[] }} AskedGradient */
/** @typedef {{ point: number, gradient: number, next: number, lines: RecordedLine[] }} RecordedCoordinate */
/** @typedef {{ kind: string, ratio: number }} LengthFactor */
/** @typedef {{ length: number, before: number, ratio: number, factors: LengthFactor[], along: number | null,
 *   gradientRatio: number }} Comparison */

/** Step k of a run, from point k − 1 to point k.
 * @typedef {{ row: StepRow, step: number, rate: number, coordinates: RecordedCoordinate[], asked: AskedGradient[], moves: number[],
 *   gradient: number[], momentum: number[] | null, squares: number[] | null, effectiveRates: number[],
 *   comparison: Comparison | null }} Explanation */

/** A run over its steps; row t of every array belongs to step t, row 0 to the start.
 * @typedef {{ run: { noise?: number, schedule?: { key?: string } }, row: StepRow, steps: number, brokeAt: number | null,
 *   points: Float64Array[], values: Float64Array, rates: Float64Array, gradients: Float64Array[], moves: Float64Array[],
 *   effectiveRates: Float64Array[], lengths: Float64Array, gradientNorms: Float64Array,
 *   state: { name: string, variable: string, symbol: MathSymbol, columns: Float64Array[] }[] }} StepStates */

/** @typedef {{ states: (run: object) => StepStates, explain: (states: StepStates, step: number) => Explanation }} StepEngine */
