// The search for a good learning rate, as in optviz/engine/good_rates.py, which puts its constants in front.

// The rates that are tried of those from low to high, growing.
const triedRates = (low, high) => {
  if (!(high > 0)) return [];
  const found = new Set();
  for (let k = 0; k <= DECADES * PER_DECADE; k += 1) {
    const rate = Number((high * Math.pow(10, -k / PER_DECADE)).toPrecision(2));
    if (rate >= low) found.add(Math.min(rate, high));
  }
  return [...found].sort((a, b) => a - b);
};

// Run with each rate; `run` is what `simulate` takes, and its lr is not used. Returns the fields of
// `RateSearch` but for `arrived`, best and first being null where none is best, and for each rate the point
// where it ends, null where the run overflowed.
const ratesSearched = (simulate, [low, high], run) => {
  const rates = triedRates(low, high);
  const told = { rates, steps: run.steps, ends: [], points: [], best: null, alike: 0, first: null, tooLarge: [], same: false };
  if (!rates.length) return told;
  const runs = rates.map((lr) => simulate({ ...run, values: { ...run.values, lr } }));
  const begun = runs[0].values[0];
  told.ends = runs.map(({ values, brokeAt }) => (brokeAt === null ? values.at(-1) : Infinity));
  told.points = runs.map(({ points, brokeAt }) => (brokeAt === null ? points.map((one) => one.at(-1)) : null));
  const equal = (values) => values.every((value, k) => value === runs[0].values[k]);
  const finite = told.ends.every(Number.isFinite);
  told.same = rates.length > 1 && finite && runs.every(({ values }) => equal(values));
  const last = told.ends.findLastIndex((end) => end < begun);
  if (told.same || last < 0) return told;
  told.tooLarge = rates.slice(last + 1);
  const lowest = Math.min(...told.ends);
  const level = lowest + ALIKE * (begun - lowest);
  told.ends.forEach((end, i) => {
    if (!(end <= level)) return;
    const first = runs[i].values.findLastIndex((value) => !(value <= level)) + 1;
    told.alike += 1;
    if (told.first !== null && first >= told.first) return;
    told.first = first;
    told.best = rates[i];
  });
  return told;
};
