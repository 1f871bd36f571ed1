// What a run's steps did, line by line. `optviz/engine/step_explanations.py` puts the recording steps of the
// table behind this file; the script adds what `makeSteps` returns to `optvizEngine`.

const makeSteps = (engine, texts) => {
  const compiled = new Map();

  // The explanation of a run's optimizer: that of the table, or `run.explained`, the text of
  // `explanation_source` for an optimizer that somebody typed.
  const rowOf = (run) => {
    const text = run.explained ?? (Object.hasOwn(texts, run.optimizer) ? texts[run.optimizer] : undefined);
    if (!text) throw new Error(`There is no explanation of the optimizer “${run.optimizer}”.`);
    if (!compiled.has(text)) compiled.set(text, engine.compile(text));
    return compiled.get(text);
  };

  // Run `simulate` and keep the optimizer's state.
  //
  // Every array has steps + 1 numbers. Row t belongs to step t, which leads from point t - 1 to point t; row 0
  // holds the start and the state before the first step, and NaN where a step is needed. In `states` of one run:
  // points, gradients (as the step used them, with their noise), moves, effectiveRates: an array for each
  // coordinate; values, rates, lengths, gradientNorms: one array; state: {name, variable, symbol, columns} with
  // an array for each coordinate. effectiveRates[i][t] = -moves[i][t] / gradients[i][t], NaN where g is 0.
  const states = (run) => {
    const row = rowOf(run);
    const rows = (run.steps ?? 100) + 1;
    const dimension = run.start.length;
    const column = () => new Float64Array(rows).fill(NaN);
    const each = () => Array.from({ length: dimension }, column);
    const rates = column();
    const gradients = each();
    const parts = row.state.map(() => Array.from({ length: dimension }, () => new Float64Array(rows)));
    const watch = (t, rate, gx, gy, alongX, alongY) => {
      rates[t] = rate;
      for (let i = 0; i < dimension; i += 1) {
        gradients[i][t] = i ? gy : gx;
        parts.forEach((columns, j) => (columns[i][t] = (i ? alongY : alongX)[j + 1]));
      }
    };
    const made = engine.simulate({ ...run, watch });
    const kept = (one) => one.subarray(0, made.steps + 1);
    const moves = each();
    const effectiveRates = each();
    const lengths = column();
    const gradientNorms = column();
    for (let t = 1; t <= made.steps; t += 1) {
      for (let i = 0; i < dimension; i += 1) {
        moves[i][t] = made.points[i][t] - made.points[i][t - 1];
        if (gradients[i][t] !== 0) effectiveRates[i][t] = -moves[i][t] / gradients[i][t];
      }
      lengths[t] = Math.hypot(...moves.map((one) => one[t]));
      gradientNorms[t] = Math.hypot(...gradients.map((one) => one[t]));
    }
    return {
      run,
      row,
      steps: made.steps,
      brokeAt: made.brokeAt,
      points: made.points,
      values: made.values,
      rates: kept(rates),
      gradients: gradients.map(kept),
      moves: moves.map(kept),
      effectiveRates: effectiveRates.map(kept),
      lengths: kept(lengths),
      gradientNorms: kept(gradientNorms),
      state: row.state.map((part, j) => ({ ...part, columns: parts[j].map(kept) })),
    };
  };

  // What the recording step returned at step k, for each coordinate.
  const recorded = ({ run, row, points, gradients, state }, k, values) => {
    const at = points.map((one) => one[k - 1]);
    const before = at.map((_, i) => state.map(({ columns }) => columns[i][k - 1]));
    if (!row.looks) return at.map((x, i) => row.record(x, gradients[i][k], k, ...before[i], values));
    const ground = typeof run.landscape === "string" ? engine.landscapes[run.landscape] : run.landscape;
    const tilt = run.noise > 0 ? at.map((_, i) => run.draws[(k - 1) * at.length + i] * run.noise) : null;
    const along = before.map((parts) => [0, ...parts]);
    return engine.walkTogether(row.record, at, k, along, values, ground, tilt, { gradients: 0, values: 0 });
  };

  // What each line of step k did, for each coordinate. A line of a loop has its last time.
  const records = (told, k) => {
    const { run, row, rates, state } = told;
    const own = typeof run.optimizer === "string" ? engine.optimizers[run.optimizer] : run.optimizer;
    const values = { ...own.numbers, ...run.values, lr: rates[k] };
    return recorded(told, k, values).map((said, i) => {
      let place = row.results;
      const lines = row.lines.map(({ names }) => {
        const [times, value, ...read] = said.slice(place, (place += 2 + names.length));
        return { ran: times > 0, times, value, read };
      });
      // What each variable is worth when the step is over.
      const last = { ...values };
      state.forEach(({ variable, columns }) => (last[variable] = columns[i][k - 1]));
      row.lines.forEach(({ target }, n) => lines[n].ran && (last[target] = lines[n].value));
      return { next: said[0], lines, last };
    });
  };

  // Where the step asked for gradients, and what it got: {variable, at, gradient} with a number for each coordinate.
  const askedIn = (row, recorded) =>
    row.lines.flatMap(({ asks, target }, n) => {
      if (asks !== "gradient" || !recorded[0].lines[n].ran) return [];
      const [at, gradient] = [recorded.map(({ lines }) => lines[n].read[0]), recorded.map(({ lines }) => lines[n].value)];
      return [{ variable: target, at, gradient }];
    });

  // Explain step k = 1, 2, … of what `states` returned. Returns, beside what the row says of its lines:
  // coordinates: {point, gradient, next, lines: [{ran, times, value, read}]}; `asked`: where it asked for gradients; rate; the vectors `step`, `gradient`,
  // `momentum` and `squares` (null where the optimizer has none); effectiveRates; and `comparison`.
  const explain = (told, k) => {
    if (!(Number.isInteger(k) && k >= 1 && k <= told.steps)) throw new Error(`There is no step ${k}.`);
    const { row, points, gradients, moves, rates } = told;
    const recorded = records(told, k);
    const vector = (variable, from = recorded) => (variable ? from.map(({ last }) => last[variable]) : null);
    return {
      row,
      step: k,
      rate: rates[k],
      coordinates: recorded.map(({ next, lines }, i) => ({
        point: points[i][k - 1],
        gradient: gradients[i][k],
        next,
        lines,
      })),
      asked: row.looks ? askedIn(row, recorded) : [],
      moves: moves.map((one) => one[k]),
      gradient: gradients.map((one) => one[k]),
      momentum: vector(row.momentum),
      squares: vector(row.squares),
      effectiveRates: told.effectiveRates.map((one) => one[k]),
      comparison: k > 1 ? compare(told, k, vector(row.momentum)) : null,
    };
  };

  // Why step k is longer or shorter than the one before: its length over that one's, as a product of `factors`.
  // `along` is the cosine between the momentum before the step and the gradient.
  const compare = (told, k, momentum) => {
    const { row, lengths, gradientNorms, rates, gradients } = told;
    const [length, before] = [lengths[k], lengths[k - 1]];
    const earlier = row.momentum ? records(told, k - 1).map(({ last }) => last[row.momentum]) : null;
    const factors = [];
    const add = (kind, now, then) => factors.push({ kind, ratio: now / then });
    // One factor after the other is taken out of both lengths; what is left is the last one.
    let [now, then] = [length, before];
    const takeOut = (kind, a, b) => {
      if (!(a > 0 && b > 0)) return;
      add(kind, a, b);
      now /= a;
      then /= b;
    };
    if (row.rated) takeOut("schedule", rates[k], rates[k - 1]);
    if (row.steered) takeOut("momentum", Math.hypot(...momentum), Math.hypot(...earlier));
    else if (!row.signed) takeOut("gradient", gradientNorms[k], gradientNorms[k - 1]);
    add(row.looks ? "rest" : row.signed ? "sign" : row.scaled ? "scale" : "own", now, then);
    const product = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    const here = gradients.map((one) => one[k]);
    const along = earlier && product(earlier, here) / (Math.hypot(...earlier) * Math.hypot(...here));
    return {
      length,
      before,
      ratio: length / before,
      factors: length > 0 && before > 0 ? factors : [],
      along: along === null || !row.steered ? null : along,
      gradientRatio: gradientNorms[k] / gradientNorms[k - 1],
    };
  };

  return { states, explain };
};
