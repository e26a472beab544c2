// The words of C that declarations begin with. The compiler reads literals with the same tables.

/** The keywords of types in the orders that C allows, without `signed` and `unsigned`. */
export const PLAIN = {
  ...({ char: 'char', float: 'float', double: 'double', '': 'int', int: 'int' } as const),
  ...({ short: 'short', 'short int': 'short', 'int short': 'short' } as const),
  ...({ long: 'long', 'long int': 'long', 'int long': 'long' } as const),
  ...({ 'long long': 'long long', 'long long int': 'long long' } as const),
  ...({ 'int long long': 'long long', 'long int long': 'long long' } as const),
  ...({ 'float _Complex': 'complex64', '_Complex float': 'complex64' } as const),
  ...({ 'double _Complex': 'complex128', '_Complex double': 'complex128' } as const),
} as const;

export const SIGNED = {
  ...({
    char: 'signed char',
    short: 'short',
    int: 'int',
    long: 'long',
    'long long': 'long long',
  } as const),
} as const;

export const UNSIGNED = {
  ...({ char: 'unsigned char', short: 'unsigned short', int: 'unsigned int' } as const),
  ...({ long: 'unsigned long', 'long long': 'unsigned long long' } as const),
} as const;

/** Keywords that mean another one. `complex` is what <complex.h> calls it. */
export const SYNONYMS = {
  ...({ __signed: 'signed', __signed__: 'signed', __const: 'const', __const__: 'const' } as const),
  ...({ __complex__: '_Complex', complex: '_Complex' } as const),
} as const;

/** Words that do not change how a value is passed. */
export const IGNORED = [
  ...(['extern', 'register', 'auto', 'inline', '__inline', '__inline__', '_Noreturn'] as const),
  ...(['volatile', '__volatile', '__volatile__', 'restrict', '__restrict'] as const),
  ...(['__restrict__', '_Atomic', '__extension__', '_Nullable', '_Nonnull'] as const),
  ...(['__cdecl', '__stdcall', '__fastcall', '_Thread_local', '__thread'] as const),
] as const;

/** The keywords that {@link PLAIN} and its companions are made of. */
export const TYPE_WORDS: ReadonlySet<string> = new Set([
  ...[
    'char',
    'short',
    'int',
    'long',
    'float',
    'double',
    'signed',
    'unsigned',
    '_Complex',
    '__int128',
  ],
]);

export const IGNORED_WORDS: ReadonlySet<string> = new Set(IGNORED);

/** Everything that a type can begin with, except names. */
export const SPECIFIER_WORDS: ReadonlySet<string> = new Set([
  ...['void', 'const', 'struct', 'union', 'enum', 'typedef', 'static'],
  ...TYPE_WORDS,
  ...IGNORED,
  ...Object.keys(SYNONYMS).filter((word) => word !== 'complex'),
]);

const WITHOUT_COUNTERPART = [
  ...['long double', '_Complex long double', 'long double _Complex', '_Complex', '_Float16'],
  ...['_Float32', '_Float64', '_Float128', '__float128', '__fp16', '__bf16', '__int128'],
  ...['signed __int128', 'unsigned __int128', '__int128_t', '__uint128_t'],
  ...['_Decimal32', '_Decimal64', '_Decimal128'],
];

/** Types that cannot be passed, and why. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ...WITHOUT_COUNTERPART.map((name) => [name, `${name} has no counterpart here`] as const),
  ...['va_list', '__builtin_va_list', '__gnuc_va_list'].map(
    (name) => [name, `${name} cannot be made outside C`] as const,
  ),
]);
