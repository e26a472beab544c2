// Peer in one case only: the batch as a loop in C, which is what a batch can come near to.

export function open({ raw }) {
  return {
    cases: ['batch'],
    bind: () => ({
      f: raw.map_add_i32,
      setup: 'const map = () => f(left, right, output);',
    }),
  };
}
