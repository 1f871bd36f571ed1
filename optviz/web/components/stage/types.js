// What the stage gets from Python; optviz/figures/scene_types.py says the same and explains it.

/** @typedef {Record<string, any>} Trace  one Plotly trace */
/** @typedef {Record<string, any>} Layout  one Plotly layout */
/** @typedef {{ data: Trace[], layout: Layout }} Figure */
/** @typedef {{ key: string, url?: string, figure?: Figure }} Ground */
/** @typedef {{ slot: string, name: string, label: string, points: (Packed | Numbers)[], asked?: Packed | Numbers | null, base: number, values: Packed | Numbers, path: Trace, head: Trace,
 *   exit: Trace, loss: Trace, ahead: Trace, lossHead: Trace }} Run */
/** @typedef {{ layout: Layout, view: string, curve: Trace | null, minima: Trace, start: Trace, startEdge: Trace }} Main */
/** @typedef {{ layout: Layout, view: string, log: boolean, lowest: number | null, per: number, across: string,
 *   titles: { plain: string, known: string, reached: string } }} Loss */
/** @typedef {{ data: Trace[], layout: Layout, alt: string }} Side */
/** @typedef {{ figure: "main" | "side", trace: Trace, across: number, x: Packed, y: Packed }} Follower */
/** @typedef {{ link: Texts, engine: string, draws: Packed | null, own: Record<string, { step: string, explained: string }>,
 *   rates: Record<string, number> }} LiveData */
/** @typedef {{ title: string, main: Main, ground: Ground | null, loss: Loss, side: Side | null, runs: Run[],
 *   followers: Follower[], domain: [number, number][], start: number[], steps: number, unit: string, per: number,
 *   live: LiveData | null, budget: string, alt: string, dark: boolean, picture: string }} Scene  `picture` is how the landscape is shown */
/** @typedef {Scene & { plotly: string, engineUrl: string, page: string, follow: boolean, drawUrl: string, inside?: InsideUrls | null,
 *   stamp: Stamp | null, hint: string, fit?: "paths" | "domain" }} StageData  `fit` is what the button offers to show */
/** Where the scripts of “Look inside a step” are. @typedef {{ module: string, script: string }} InsideUrls */

/** One run's numbers: `points` holds an array for each coordinate, each row is one frame. `asked` counts the gradients
 * up to each row; without it there is one for each step.
 * @typedef {{ points: Numbers[], values: Numbers, asked?: Numbers }} Rows */
/** What is on the screen: the server's runs, or those of the draft, and the texts of the link that they belong to.
 * @typedef {{ rows: Rows[], steps: number, start: number[], texts: Texts }} Shown */

/** The engine in the browser, as far as the stage uses it.
 * @typedef {{ dimension: number, value: (...x: number[]) => number }} EngineLandscape */
/** @typedef {{ optimizers: Record<string, object>, schedules: Record<string, object>,
 *   landscapes: Record<string, EngineLandscape>, compile: (source: string) => any,
 *   simulate: (setup: object) => { points: Float64Array[], values: Float64Array, gradientsAsked: Float64Array },
 *   searchRates: (setup: object) => RatesSearched }} Engine */
/** What optviz/engine/good_rates.js tells. @typedef {{ rates: number[], steps: number, ends: number[], points: (number[] | null)[],
 *   best: number | null, alike: number, first: number | null, tooLarge: number[], same: boolean }} RatesSearched */
