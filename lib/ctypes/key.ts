// When two types are the same.

import type { Field, Type } from './type';

const known = new WeakMap<Type, string>();

/** The same for two types exactly when they look the same to C and to JavaScript. */
export function keyOf(type: Type): string {
  let key = known.get(type);
  if (key === undefined) {
    key = partsOf(type).length === 0 ? shapeOf(type, []) : graphKey(type);
    known.set(type, key);
  }
  return key;
}

/** The types that a type is made of. Pointers may lead back to where one came from. */
function partsOf(type: Type): readonly Type[] {
  switch (type.kind) {
    case 'pointer':
      return type.target === undefined ? [] : [type.target()];
    case 'out':
    case 'inout':
      return [type.target];
    case 'array':
      return [type.element];
    case 'callback':
      return [...type.arguments, type.return];
    case 'structure':
    case 'union':
      return type.fields.map((field) => field.type);
    default:
      return [];
  }
}

/** A type, with `parts` standing for those that it is made of. */
function shapeOf(type: Type, parts: readonly string[]): string {
  switch (type.kind) {
    case 'scalar':
      return type.name;
    case 'string':
      return type.encoding === 'utf8' && type.free === undefined
        ? 'string'
        : `string:${type.encoding}:${type.free ?? ''}`;
    case 'enumeration':
      return `enumeration:${type.base.name}${JSON.stringify([...type.byName])}`;
    case 'bits':
      return `${type.base.name}:${type.width}`;
    case 'widened':
      return `widened:${type.base.name}`;
    case 'array':
      return `array(${parts.join()})[${type.length ?? ''}]`;
    case 'structure':
    case 'union': {
      const fields = type.fields.map((field, index) => fieldKey(field, parts[index] ?? ''));
      return `${type.kind}:${type.size}:${type.alignment}{${fields.join()}}`;
    }
    default:
      return parts.length === 0 ? type.kind : `${type.kind}(${parts.join()})`;
  }
}

function fieldKey({ name, offset, bits }: Field, part: string): string {
  const place = bits === undefined ? '' : `.${bits.shift}+${bits.width}`;
  return `${JSON.stringify(name)}@${offset}${place}:${part}`;
}

/** Every type that is alike, numbered in the order in which they are reached, and its shape. */
function graphKey(type: Type): string {
  const classes = classesOf(reachableFrom(type));
  const numbers = new Map<number | undefined, number>([[classes.get(type), 0]]);
  const first = [type];
  const numberOf = (part: Type): string => {
    const alike = classes.get(part);
    const number = numbers.get(alike) ?? numbers.size;
    if (!numbers.has(alike)) {
      numbers.set(alike, number);
      first.push(part);
    }
    return `#${number}`;
  };
  const shapes: string[] = [];
  for (const one of first) shapes.push(shapeOf(one, partsOf(one).map(numberOf)));
  return shapes.join(';');
}

function reachableFrom(type: Type): Set<Type> {
  const found = new Set([type]);
  for (const one of found) for (const part of partsOf(one)) found.add(part);
  return found;
}

/**
 * Types that are alike get the same number. At first all are taken for alike; then those whose parts
 * are not any more are told apart, until there is nothing left to tell.
 */
function classesOf(types: ReadonlySet<Type>): ReadonlyMap<Type, number> {
  let classes = new Map<Type, number>();
  for (let count = 0; ;) {
    const numbers = new Map<string, number>();
    const finer = new Map<Type, number>();
    for (const type of types) {
      const shape = shapeOf(
        type,
        partsOf(type).map((part) => `${classes.get(part) ?? 0}`),
      );
      if (!numbers.has(shape)) numbers.set(shape, numbers.size);
      finer.set(type, numbers.get(shape) ?? 0);
    }
    if (numbers.size === count) return finer;
    classes = finer;
    count = numbers.size;
  }
}
