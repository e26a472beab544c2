// Structures, unions, arrays and bit-fields: what has other values inside.

import { array, bits, struct, union, type AnyType, type LayoutOptions } from '../../lib';
import { newName, type Kind } from './kind';

export type MemberKinds = Readonly<Record<string, Kind>>;

/** A C structure with these members, in their order. */
export function structure(members: MemberKinds, options: LayoutOptions = {}): Kind {
  const all = Object.entries(members);
  const c = `struct ${newName()}`;
  const put = all.map(([name, kind]) => kind.put(`value->${name}`));
  const take = all.map(([name, kind]) => kind.take(`value->${name}`));
  return {
    ...aggregate(c, members, options, put.join(' '), take.join(' ')),
    title: titleOf('struct', members, options),
    type: struct(typesOf(members), options),
    sample: (random) => Object.fromEntries(all.map(([name, kind]) => [name, kind.sample(random)])),
    words: (value) => all.flatMap(([name, kind]) => kind.words(memberOf(value, name))),
  };
}

/** A C union, of which only the member `active` is ever written and read. */
export function unionOf(members: MemberKinds, active: string, options: LayoutOptions = {}): Kind {
  const kind = members[active]!;
  const place = `value->${active}`;
  return {
    ...aggregate(`union ${newName()}`, members, options, kind.put(place), kind.take(place)),
    title: `${titleOf('union', members, options)} by its ${active}`,
    type: union(typesOf(members), options),
    sample: (random) => ({ [active]: kind.sample(random) }),
    words: (value) => kind.words(memberOf(value, active)),
  };
}

/** As a member: the elements themselves. */
export function arrayOf(element: Kind, length: number): Kind {
  const index = newName();
  const each = (statements: string) =>
    `for (int ${index} = 0; ${index} < ${length}; ++${index}) { ${statements} }`;
  return {
    title: `${element.title}[${length}]`,
    type: array(element.type, length),
    definitions: element.definitions,
    declare: (name) => element.declare(`${name}[${length}]`),
    put: (place) => each(element.put(`${place}[${index}]`)),
    take: (place) => each(element.take(`${place}[${index}]`)),
    sample: (random) => Array.from({ length }, () => element.sample(random)),
    words: (value) => {
      if (!Array.isArray(value) || value.length !== length) throw new TypeError('not an array');
      return value.flatMap((item) => element.words(item));
    },
  };
}

/** A bit-field; one of no width has no value and no name in C. */
export function bitsOf(base: Kind, width: number): Kind {
  const isSigned = base.title.startsWith('i');
  const fit = isSigned ? BigInt.asIntN : BigInt.asUintN;
  const toValue = (word: bigint) => {
    if (base.title === 'bool') return (word & 1n) === 1n;
    return base.title.endsWith('64') ? fit(width, word) : Number(fit(width, word));
  };
  return {
    ...base,
    title: `${base.title}:${width}`,
    type: bits(base.type as 'i32', width),
    declare: (name) => `${base.declare(width === 0 ? '' : name)} : ${width}`,
    sample: (random) => toValue(random.pick([0n, -1n, 1n << BigInt(width - 1), random.word()])),
    ...(width === 0 && { put: () => '', take: () => '', sample: () => 0, words: () => [] }),
  };
}

function typesOf(members: MemberKinds): Record<string, AnyType> {
  return Object.fromEntries(Object.entries(members).map(([name, { type }]) => [name, type]));
}

function memberOf(value: unknown, name: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[name];
}

type InC = Pick<Kind, 'definitions' | 'declare' | 'put' | 'take'>;

/** What structures and unions have in common in C. `put` and `take` work on `value->member`. */
function aggregate(
  c: string,
  members: MemberKinds,
  options: LayoutOptions,
  put: string,
  take: string,
): InC {
  const name = c.replace(' ', '_');
  const list = Object.entries(members).map(([member, kind]) => `${kind.declare(member)};`);
  const definition = `
${c} { ${list.join(' ')} }${attributesOf(options)};
APART void put_${name}(const ${c} *value) { ${put} }
APART void take_${name}(${c} *value) { ${take} }`;
  return {
    definitions: [...Object.values(members).flatMap((kind) => kind.definitions), definition],
    declare: (declared) => `${c} ${declared}`,
    put: (place) => `put_${name}(&${place});`,
    take: (place) => `take_${name}(&${place});`,
  };
}

function attributesOf({ packed = false, align }: LayoutOptions): string {
  const list = [
    ...(packed ? ['packed'] : []),
    ...(align === undefined ? [] : [`aligned(${align})`]),
  ];
  return list.length === 0 ? '' : ` __attribute__((${list.join(', ')}))`;
}

function titleOf(what: string, members: MemberKinds, options: LayoutOptions): string {
  const list = Object.values(members).map((kind) => kind.title);
  return `${what}${attributesOf(options).slice(14)} { ${list.join(' ')} }`;
}
