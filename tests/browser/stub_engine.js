// A small engine with the interface of the real one: gradient descent on the ravine and a chaotic map.
globalThis.optvizEngine = (() => {
  const calls = { simulated: 0, wait: 0 }
  const ravine = { dimension: 2, value: (x, y) => 0.1 * x * x + 2 * y * y, gradient: (x, y) => [0.2 * x, 4 * y] }
  const bowl = { dimension: 1, value: x => x * x, gradient: x => [2 * x] }
  return {
    calls,
    optimizers: { gd: {}, momentum: {}, adam: {} },
    schedules: { constant: {} },
    landscapes: { ravine, sphere: bowl },
    compile: () => ravine,
    simulate({ landscape, start, steps, values, draws }) {
      calls.simulated += 1
      const begun = performance.now()
      while (performance.now() - begun < calls.wait);
      const d = landscape.dimension
      const points = start.map(() => new Float64Array(steps + 1))
      const heights = new Float64Array(steps + 1)
      let x = [...start]
      for (let k = 0; k <= steps; k++) {
        x.forEach((v, i) => { points[i][k] = v })
        heights[k] = landscape.value(...x)
        const g = landscape.gradient(...x)
        x = x.map((v, i) => v - values.lr * (g[i] + (draws && k < steps ? draws[k * d + i] : 0)))
      }
      return { points, values: heights, brokeAt: null, steps }
    },
  }
})()
