// The part of the engine in the browser that is written by hand. `optviz/engine/javascript.py` puts the
// translated steps, schedule factors and landscapes behind it, and constants in front. The whole script sets globalThis.optvizEngine.

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

// What a step may ask for, as in optviz/engine/questions.py: a kind, and where or of what.
const GRADIENT = 0;
const VALUE = 1;
const TOTAL = 2;
const gradientAt = (x) => [GRADIENT, x];
const valueAt = (x) => [VALUE, x];
const total = (v) => [TOTAL, v];
// Of many rows the largest; here there is one.
const most = (v) => v;

const FUNCTIONS = {
  sign, maximum, minimum, least, greatest, square, power, wholePower, modulo, floorDivide,
  gradientAt, valueAt, total, most,
};

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
  // each step t with (t, the learning rate, the coordinates of the last gradient that the step used, and what the step
  // returned for each coordinate); a step that ends the run is among them.
  //
  // Returns {points, values, brokeAt, steps, gradientsAsked, valuesAsked}: one Float64Array of steps + 1 numbers
  // for each coordinate and one for f, row 0 being the start; and how many gradients and values of f the steps
  // up to each row took. If something is not finite at a step, brokeAt is that step and the last
  // row is the last finite one; else brokeAt is null. Throws an Error for input that makes no sense.
  const simulate = ({ landscape, optimizer, start, steps = 100, values = {}, schedule = {}, noise = 0, draws, watch }) => {
    const ground = rowOf(landscapes, landscape, "landscape");
    const { step, state: parts, numbers, looks } = rowOf(optimizers, optimizer, "optimizer");
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
    const gradientsAsked = new Float64Array(steps + 1);
    const valuesAsked = new Float64Array(steps + 1);
    const asked = { gradients: 0, values: 0, latest: [0, 0] };
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
      gradientsAsked[row] = asked.gradients;
      valuesAsked[row] = asked.values;
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
      const tiltX = noise > 0 ? draws[row * dimension] * noise : 0;
      const tiltY = noise > 0 && plane ? draws[row * dimension + 1] * noise : 0;
      if (noise > 0) {
        gx += tiltX;
        gy += tiltY;
      }
      if (looks) {
        const tilt = noise > 0 ? [tiltX, tiltY] : null;
        const along = plane ? [alongX, alongY] : [alongX];
        const moved = walkTogether(step, plane ? [x, y] : [x], row + 1, along, current, ground, tilt, asked);
        alongX = moved[0];
        x = alongX[0];
        gx = asked.latest[0];
        if (plane) {
          alongY = moved[1];
          y = alongY[0];
          gy = asked.latest[1];
        }
      } else {
        asked.gradients += 1;
        alongX = advance(step, x, gx, row + 1, alongX, current);
        x = alongX[0];
      }
      if (plane && !looks) {
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
    return {
      points: plane ? [kept(xs), kept(ys)] : [kept(xs)],
      values: kept(heights),
      brokeAt,
      steps: row,
      gradientsAsked: kept(gradientsAsked),
      valuesAsked: kept(valuesAsked),
    };
  };

  const searchRates = (run) => ratesSearched(simulate, rowOf(optimizers, run.optimizer, "optimizer").rates, run);

  return { version, optimizers, schedules, landscapes, compile, simulate, searchRates, walkTogether };
};

// Take one step that asks for gradients itself, with all coordinates at once; see walk_together in
// optviz/engine/questions.py. tilt is the noise of this step, or null; asked counts. What each coordinate's step
// returns: [next x, first part, …].
const walkTogether = (step, x, t, along, values, ground, tilt, asked) => {
  const walkers = x.map((v, i) => step(v, t, ...along[i].slice(1), values));
  let turns = walkers.map((walker) => walker.next());
  while (!turns[0].done) {
    const kind = turns[0].value[0];
    const at = turns.map((turn) => turn.value[1]);
    let answers;
    if (kind === GRADIENT) {
      asked.gradients += 1;
      answers = ground.gradient(...at);
      if (tilt) answers = answers.map((g, i) => g + tilt[i]);
      asked.latest = answers;
    } else if (kind === VALUE) {
      asked.values += 1;
      let height = ground.value(...at);
      if (tilt) at.forEach((v, i) => (height += tilt[i] * v));
      answers = at.map(() => height);
    } else {
      const sum = at.reduce((added, part) => added + part);
      answers = at.map(() => sum);
    }
    turns = walkers.map((walker, i) => walker.next(answers[i]));
  }
  return turns.map((turn) => turn.value);
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
