// Damages a text, mostly between its tokens.

const INTERESTING = [
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '*',
    ',',
    ';',
    ':',
    '=',
    '...',
    '#',
    '\\',
    '"',
    "'",
    '/*',
    '*/',
  ],
  ...['//', '\n', '\0', '\ud800', 'é', '-1', '0', '08', '1e9', '0xffffffffffffffffff', '<<', '%'],
  ...['99999999999999999999', 'int', 'unsigned', 'long', 'void', 'struct', 'union', 'enum'],
  ...['typedef', 'static', 'extern', 'const', 'sizeof', '__attribute__((', 'packed', 'aligned(3)'],
  ...[
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'complex',
    '_Complex',
    'long double',
    'va_list',
  ],
  ...[
    'extern "C" {',
    '#define X X\n',
    '#pragma pack(push, 1)\n',
    '#pragma pack(pop)\n',
    'struct s0',
  ],
];

/** A longer text takes long for no other reason. */
const MAX_LENGTH = 50_000;

export function mutate(random, text) {
  let tokens = text.split(/(\W)/).filter((token) => token !== '');
  for (let i = random.below(4); i >= 0; i--) tokens = mutateOnce(random, tokens);
  return tokens.join('').slice(0, MAX_LENGTH);
}

function mutateOnce(random, tokens) {
  const start = random.below(tokens.length + 1);
  const length = 1 + random.below(random.chance(0.2) ? 20 : 2);
  const part = tokens.slice(start, start + length);
  const rest = tokens.slice(start + length);
  const before = tokens.slice(0, start);
  switch (random.below(6)) {
    case 0:
      return [...before, ...rest];
    case 1:
      return [...before, ...part, ...part, ...rest];
    case 2:
      return [...before, ...rest, ...part];
    case 3:
      return [...before, random.pick(INTERESTING), ...rest];
    case 4:
      return [...before, ...repeat(random, part), ...rest];
    default:
      return [...before, random.pick(INTERESTING), ...part, ...rest];
  }
}

// Long repetitions look for deep recursion and for time that grows with the square.
function repeat(random, part) {
  const times = random.chance(0.1) ? 3000 : 60;
  const unit = random.chance(0.5) ? random.pick(INTERESTING) : part.join('');
  const most = Math.min(times, MAX_LENGTH / unit.length);
  return [unit.repeat(unit === '' ? 0 : random.below(most))];
}
