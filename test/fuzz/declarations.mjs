// Valid C declarations at random.

const SCALARS = [
  ...['int', 'unsigned', 'char', 'signed char', 'long unsigned int', 'short', 'float', 'double'],
  ...['long long', 'size_t', 'uint8_t', '_Bool', 'double _Complex', 'const char', 'volatile int'],
];
const POINTERS = ['*', '**', '* const', '* restrict', '*__restrict'];
const SIZES = ['1', '4', '0x10', '2 * 3', '(1 << 3) - 1', 'sizeof(int)', "'a' % 8 + 1", '~-5'];

/** One declaration of a symbol, or a header. */
export function makeDeclarations(random, isBlock) {
  if (!isBlock) return symbol(random, 'name', ['struct vec3', 'enum color', 'id_t']);
  const known = [];
  const count = 1 + random.below(6);
  return Array.from({ length: count }, (_, i) => declaration(random, i, known)).join('\n');
}

function declaration(random, index, known) {
  switch (random.below(6)) {
    case 0:
      return structure(random, index, known);
    case 1:
      known.push(`enum e${index}`);
      return `enum e${index} { A${index}, B${index} = ${random.pick(SIZES)}, };`;
    case 2:
      return alias(random, `t${index}`, known);
    case 3:
      return `#define N${index} ${random.pick(SIZES)}`;
    case 4:
      return `static inline int f${index}(int a) { if (a) { return '}'; } return 0; }`;
    default:
      return `${symbol(random, `s${index}`, known)};`;
  }
}

// Not of an array, which no function could return.
function alias(random, name, known) {
  const text = `typedef ${base(random, known)} ${pointer(random)}${name};`;
  known.push(name);
  return text;
}

function structure(random, index, known) {
  const kind = random.pick(['struct', 'union']);
  const members = Array.from({ length: 1 + random.below(4) }, (_, i) =>
    random.chance(0.2)
      ? `unsigned m${i} : ${1 + random.below(32)};`
      : `${object(random, `m${i}`, known)};`,
  );
  const self = `${kind} s${index} *self;`;
  known.push(`${kind} s${index}`);
  const packed = random.chance(0.2) ? ' __attribute__((packed))' : '';
  return `${kind} s${index} { ${members.join(' ')} ${self} }${packed};`;
}

function symbol(random, name, known) {
  if (random.chance(0.2)) return `extern ${object(random, name, known)}`;
  const parameters = list(random, known, 0);
  const result = random.chance(0.2) ? 'void ' : `${base(random, known)} ${pointer(random)}`;
  return `${result}${name}(${parameters})`;
}

function list(random, known, depth) {
  const count = random.below(4);
  if (count === 0) return random.pick(['', 'void']);
  const parts = Array.from({ length: count }, (_, i) => parameter(random, `p${i}`, known, depth));
  return random.chance(0.2) ? `${parts.join(', ')}, ...` : parts.join(', ');
}

function parameter(random, name, known, depth) {
  if (depth < 2 && random.chance(0.2)) {
    return `${base(random, known)} (*${name})(${list(random, known, depth + 1)})`;
  }
  return object(random, random.pick([name, '']), known);
}

/** Something that has a size. */
function object(random, name, known) {
  const size = random.chance(0.2) ? `[${random.pick(SIZES)}]` : '';
  return `${base(random, known)} ${pointer(random)}${name}${size}`;
}

function base(random, known) {
  return random.pick(known.length > 0 && random.chance(0.3) ? known : SCALARS);
}

function pointer(random) {
  return random.chance(0.3) ? random.pick(POINTERS) + ' ' : '';
}
