// The JavaScript that is timed. Each pair of a peer and a case has its own source text: loops that
// share one would also share what the engine learned about the types of all of them.

/**
 * `binding` is what a peer made of a case: the function `f`, or an object with `f` and what differs.
 *
 * @returns a function that calls `count` times and returns the last result, or a promise of it
 */
export function makeLoop(label, testCase, binding, raw) {
  const { f, wrap, read, ...own } = typeof binding === 'function' ? { f: binding } : binding;
  const { inputs, setup = '', call, inFlight } = { ...testCase, ...own };
  const given = inputs?.(raw) ?? {};
  const source = `// ${label}
const { ${Object.keys(given).join(', ')} } = given;
${setup}
${inFlight === undefined ? plainLoop(call) : concurrentLoop(call, inFlight)}`;
  const loop = new Function('f', 'wrap', 'given', source)(f, wrap ?? itself, given);
  return { loop, read: read ?? itself };
}

function plainLoop(call) {
  return `return (count) => {
  let last;
  for (let i = 0; i < count; ++i) last = ${call};
  return last;
};`;
}

/** Always as many calls under way: the next starts when any has ended. */
function concurrentLoop(call, inFlight) {
  return `return async (count) => {
  let next = 0;
  let last;
  const lane = async () => {
    while (next < count) {
      const i = next++;
      const result = await ${call};
      if (i === count - 1) last = result;
    }
  };
  await Promise.all(Array.from({ length: ${inFlight} }, lane));
  return last;
};`;
}

function itself(value) {
  return value;
}
