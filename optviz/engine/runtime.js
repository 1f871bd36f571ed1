// The part of the engine in the browser that is written by hand. `optviz/engine/javascript.py` puts the
// translated steps, schedule factors and landscapes behind it, and MOST_STEPS in front. The whole script sets globalThis.optvizEngine.

// The elementwise functions, as in optviz/engine/elementwise.py.

// -1, 0 or 1; not a number stays not a number.
const sign = (v) => (v > 0 ? 1 : v < 0 ? -1 : v === 0 ? 0 : v);
// Not a number stays not a number, from either side.
const maximum = (a, b) => (a > b || a !== a ? a : b);
const minimum = (a, b) => (a < b || a !== a ? a : b);
// Python's own min and max of two numbers.
const least = (a, b) => (b < a ? b : a);
const greatest = (a, b) => (b > a ? b : a);
const square = (v) => v * v;

// base**exponent. The C library, and so Python, has 1**NaN = 1 and (±1)**±∞ = 1; Math.pow has NaN there.
const power = (base, exponent) => {
  if (base === 1 || (base === -1 && (exponent === Infinity || exponent === -Infinity))) return 1;
  return Math.pow(base, exponent);
};

// v**n for a whole n ≥ 1 by repeated squaring, in the same order of products as in Python.
const wholePower = (v, n) => {
  let result = 1; // 1·v is v to the last bit
  for (; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result *= v;
    if (n > 1) v *= v;
  }
  return result;
};

// Python's a % b: it has the sign of b.
const modulo = (a, b) => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};

// Python's a // b. It starts from the exact remainder, because a / b may round up to a whole number.
const floorDivide = (a, b) => {
  const rest = a % b;
  const quotient = (a - rest) / b - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0);
  const whole = Math.floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
};

const FUNCTIONS = { sign, maximum, minimum, least, greatest, square, power, wholePower, modulo, floorDivide };

// Make a landscape from the text of `landscape_source`, for a formula that somebody typed, or an optimizer
// from the text of `optimizer_source`. Only pass texts that optviz wrote: they run as code.
const compile = (source) =>
  new Function(...Object.keys(FUNCTIONS), `"use strict"; return ${source};`)(...Object.values(FUNCTIONS));

// The row of that key, or the row itself.
const rowOf = (table, given, kind) => {
  const row = typeof given === "string" ? (Object.hasOwn(table, given) ? table[given] : undefined) : given;
  if (!row) throw new Error(`There is no ${kind} “${given}”.`);
  return row;
};

// Make the engine from the translated tables.
const makeEngine = (version, optimizers, schedules, landscapes) => {
  // Run an optimizer on a landscape; the same as `simulate` in optviz/engine/trajectories.py.
  //
  // landscape, optimizer: a key, or a row of the table. start: d numbers. values: hyperparameters by name,
  // defaults for those left out. schedule: {key, values}. noise: the standard deviation of the noise added
  // to every coordinate of every gradient. draws: standard normal draws, `steps` rows of d numbers or more,
  // those of optviz/engine/noise.py; more rows do no harm, as the first rows are the same. watch: called after
  // each step t with (t, the learning rate, the gradient's coordinates as the step used them, and what the step
  // returned for each coordinate); a step that ends the run is among them.
  //
  // Returns {points, values, brokeAt, steps}: one Float64Array of steps + 1 numbers for each coordinate and
  // one for f, row 0 being the start. If something is not finite at a step, brokeAt is that step and the last
  // row is the last finite one; else brokeAt is null. Throws an Error for input that makes no sense.
  const simulate = ({ landscape, optimizer, start, steps = 100, values = {}, schedule = {}, noise = 0, draws, watch }) => {
    const ground = rowOf(landscapes, landscape, "landscape");
    const { step, state: parts, numbers } = rowOf(optimizers, optimizer, "optimizer");
    const plan = rowOf(schedules, schedule.key ?? "constant", "schedule");
    const { value, gradient, dimension } = ground;
    if (start.length !== dimension || !Array.prototype.every.call(start, Number.isFinite)) {
      throw new Error(`The start must be ${dimension} finite numbers.`);
    }
    if (!Number.isInteger(steps) || steps < 0 || steps > MOST_STEPS) {
      throw new Error(`The steps must be 0 to ${MOST_STEPS}.`);
    }
    if (!(noise >= 0 && noise < Infinity)) throw new Error("The noise must be a finite number, zero or more.");
    if (noise > 0 && !(draws?.length >= steps * dimension)) {
      throw new Error(`The noise needs ${steps} rows of ${dimension} draws.`);
    }
    const planned = { ...plan.numbers, ...schedule.values };
    const current = { ...numbers, ...values };
    const rate = current.lr;
    const plane = dimension === 2;
    const xs = new Float64Array(steps + 1);
    const ys = plane ? new Float64Array(steps + 1) : null;
    const heights = new Float64Array(steps + 1);
    // The state of one coordinate, as the step returns it: [next x, first part, second part, …].
    let alongX = new Array(parts + 1).fill(0);
    let alongY = new Array(parts + 1).fill(0);
    let x = Number(start[0]);
    let y = plane ? Number(start[1]) : 0;
    let brokeAt = null;
    let row = 0;
    for (; ; row += 1) {
      xs[row] = x;
      if (plane) ys[row] = y;
      const height = plane ? value(x, y) : value(x);
      heights[row] = height;
      const slope = plane ? gradient(x, y) : gradient(x);
      let gx = slope[0];
      let gy = plane ? slope[1] : 0;
      // A point may be finite while f or its gradient no longer is: the run ended there as well.
      if (!(Number.isFinite(height) && Number.isFinite(gx) && Number.isFinite(gy))) {
        brokeAt = row;
        row = Math.max(row - 1, 0);
        break;
      }
      if (row === steps) break;
      current.lr = rate * plan.factor(row, steps, planned);
      if (noise > 0) {
        gx += draws[row * dimension] * noise;
        if (plane) gy += draws[row * dimension + 1] * noise;
      }
      alongX = advance(step, x, gx, row + 1, alongX, current);
      x = alongX[0];
      if (plane) {
        alongY = advance(step, y, gy, row + 1, alongY, current);
        y = alongY[0];
      }
      watch?.(row + 1, current.lr, gx, gy, alongX, alongY);
      if (!(Number.isFinite(x) && Number.isFinite(y))) {
        brokeAt = row + 1;
        break;
      }
    }
    const kept = (column) => column.subarray(0, row + 1);
    return { points: plane ? [kept(xs), kept(ys)] : [kept(xs)], values: kept(heights), brokeAt, steps: row };
  };

  return { version, optimizers, schedules, landscapes, compile, simulate };
};

// Take one step of one coordinate. Written out by the size of the state: a spread costs ten times as much.
const advance = (step, x, g, t, s, values) => {
  switch (s.length) {
    case 1:
      return step(x, g, t, values);
    case 2:
      return step(x, g, t, s[1], values);
    case 3:
      return step(x, g, t, s[1], s[2], values);
    case 4:
      return step(x, g, t, s[1], s[2], s[3], values);
    case 5:
      return step(x, g, t, s[1], s[2], s[3], s[4], values);
    default:
      return step(x, g, t, ...s.slice(1), values);
  }
};
