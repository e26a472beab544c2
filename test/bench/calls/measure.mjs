// Times the variants of one case: the same call, through one peer each.

// Enough for every tier of the compilers, which work on other threads meanwhile.
const WARM_UP_NS = 60e6;

/**
 * Runs all variants in every round, in turn, so that whatever disturbs the machine disturbs all.
 * Adds to each variant the `samples`, nanoseconds for one unit, or the `problem` that ended it.
 *
 * @param onTurn told which variant runs next, for a crash to have a name
 */
export async function measure(variants, { rounds, chunkMs, clock, onTurn }) {
  const chunk = chunkMs * 1e6;
  const step = async (variant, work) => {
    if (variant.problem !== undefined) return;
    onTurn(variant);
    try {
      await work(variant);
    } catch (error) {
      variant.problem = String(error);
    }
  };
  for (const variant of variants) {
    await step(variant, async () => {
      variant.count = await warmUp(variant.loop, chunk, clock);
      await variant.afterWarmUp?.();
      variant.samples = [];
    });
  }
  for (let round = 0; round < rounds; ++round) {
    for (const variant of rotated(variants, round)) {
      await step(variant, async ({ loop, count, unitsPerCall, samples }) => {
        samples.push((await time(loop, count, clock)) / count / unitsPerCall);
      });
    }
  }
}

/** @returns how many calls fill a chunk, once they are as fast as they get */
async function warmUp(loop, chunk, clock) {
  let count = 1;
  for (let total = 0; total < WARM_UP_NS;) {
    const elapsed = await time(loop, count, clock);
    total += elapsed;
    // At most twice as many at once: the first calls say little about the speed of the next.
    count = Math.max(1, Math.min(2 * count, Math.round((count * chunk) / elapsed)));
  }
  return count;
}

async function time(loop, count, clock) {
  const start = clock();
  const result = loop(count);
  // A turn of the event loop is no part of a call that answers at once.
  if (result instanceof Promise) await result;
  return clock() - start;
}

/** Nobody always follows the same one. */
function rotated(items, by) {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
